import { useEffect, useId, useState } from 'preact/hooks';
import type { Counts } from '../../contract/counts';
import type { FailureGroup } from '../../contract/http/failures';
import { IMAGE_STATUSES } from '../../contract/statuses';
import { formatNumber } from '../logic/format';
import { codesOf, hostsOf, writeFilter, type ImageFilter } from '../logic/imageFilter';
import { IMAGE_LABELS } from '../logic/statuses';

interface Props {
  readonly filter: ImageFilter;
  readonly counts: Counts;
  readonly groups: readonly FailureGroup[];
  readonly onChange: (filter: ImageFilter) => void;
}

export function Filters({ filter, counts, groups, onChange }: Props) {
  const hosts = useId();
  const { status, code, host } = filter;
  /** Not the filter's own: it would come back at the next change of the request, while another one is typed. */
  const [typed, setTyped] = useState('');
  useEffect(() => {
    setTyped(host ?? '');
  }, [host]);
  const codes = [...new Set([...codesOf(groups), ...(code === undefined ? [] : [code])])];
  return (
    <div class="images-filters">
      <label>
        Status
        <select
          value={status ?? ''}
          onChange={({ currentTarget: { value } }) => {
            onChange({ ...filter, status: IMAGE_STATUSES.find((one) => one === value) });
          }}
        >
          <option value="">All ({formatNumber(counts.total)})</option>
          {IMAGE_STATUSES.map((one) => (
            <option key={one} value={one}>
              {IMAGE_LABELS[one]} ({formatNumber(counts[one])})
            </option>
          ))}
        </select>
      </label>
      <label>
        Error
        <select
          value={code ?? ''}
          onChange={({ currentTarget: { value } }) => {
            onChange({ ...filter, code: value === '' ? undefined : value });
          }}
        >
          <option value="">Any</option>
          {codes.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        Host
        <input
          type="text"
          list={hosts}
          placeholder="Any"
          autocomplete="off"
          spellcheck={false}
          value={typed}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
          }}
          onChange={({ currentTarget: { value } }) => {
            const name = value.trim().toLowerCase();
            onChange({ ...filter, host: name === '' ? undefined : name });
          }}
        />
      </label>
      <datalist id={hosts}>
        {hostsOf(groups, code).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      {writeFilter(filter) !== '' && (
        <button
          type="button"
          onClick={() => {
            onChange({});
          }}
        >
          Show all images
        </button>
      )}
    </div>
  );
}
