import { useEffect, useRef, useState } from 'preact/hooks';
import { REQUEST_STATUSES } from '../../contract/statuses';
import { isFiltered, NO_FILTER, type RequestFilter } from '../logic/requestFilter';
import { REQUEST_LABELS } from '../logic/statuses';

interface Props {
  readonly filter: RequestFilter;
  readonly onChange: (filter: RequestFilter) => void;
}

/** Chooses which requests are listed. */
export function Filters({ filter, onChange }: Props) {
  return (
    <div class="filters" role="search" aria-label="Filter requests">
      <Search
        text={filter.q}
        onChange={(q) => {
          onChange({ ...filter, q });
        }}
      />
      <label>
        Status
        <select
          value={filter.status ?? ''}
          onChange={({ currentTarget: { value } }) => {
            const status = REQUEST_STATUSES.find((one) => one === value) ?? null;
            onChange({ ...filter, status });
          }}
        >
          <option value="">All</option>
          {REQUEST_STATUSES.map((one) => (
            <option key={one} value={one}>
              {REQUEST_LABELS[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Uploaded from
        <input
          type="date"
          value={filter.since}
          max={filter.until}
          onChange={({ currentTarget }) => {
            onChange({ ...filter, since: currentTarget.value });
          }}
        />
      </label>
      <label>
        to
        <input
          type="date"
          value={filter.until}
          min={filter.since}
          onChange={({ currentTarget }) => {
            onChange({ ...filter, until: currentTarget.value });
          }}
        />
      </label>
      {isFiltered(filter) && (
        <button
          type="button"
          onClick={() => {
            onChange(NO_FILTER);
          }}
        >
          Show all
        </button>
      )}
    </div>
  );
}

/** The list should not change with every letter. */
const PAUSE_MS = 300;

interface SearchProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function Search({ text, onChange }: SearchProps) {
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    setTyped(text);
  }, [text]);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => {
      change.current(typed);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed]);
  return (
    <label>
      File name or id
      <input
        type="search"
        maxLength={200}
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
        }}
      />
    </label>
  );
}
