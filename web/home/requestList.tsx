import { useMemo, useState } from 'preact/hooks';
import { Link, useSearchParams } from 'wouter-preact';
import type { RequestResource } from '../../contract/http/requests';
import { formatImages, formatNumber } from '../logic/format';
import { isFiltered, readFilter, writeFilter, type RequestFilter } from '../logic/requestFilter';
import { Ago } from '../parts/ago';
import { CountsBar } from '../parts/countsBar';
import { Failure } from '../parts/failure';
import { StatusLabel } from '../parts/statusLabel';
import { BulkDialog, type AskedBulk } from './bulkDialog';
import { Filters } from './filters';
import { SelectionBar } from './selectionBar';
import { useRequests } from './useRequests';
import { Welcome } from './welcome';

interface Props {
  /** Called with the id of a bulk operation. */
  readonly onStarted: (operationId: string) => void;
  readonly onSample: (file: File) => void;
}

/** The requests, newest first and live. */
export function RequestList({ onStarted, onSample }: Props) {
  const [query, setQuery] = useSearchParams();
  const filter = useMemo(() => readFilter(query), [query]);
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">Requests</h2>
      <Filters
        filter={filter}
        onChange={(next) => {
          setQuery(writeFilter(next), { replace: true });
        }}
      />
      <Requests
        key={JSON.stringify(filter)}
        filter={filter}
        onStarted={onStarted}
        onSample={onSample}
      />
    </section>
  );
}

function Requests({ filter, onStarted, onSample }: Props & { readonly filter: RequestFilter }) {
  const { loaded, error, olderError, loadOlder } = useRequests(filter);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  /** All that match are selected, also those that are not loaded. */
  const [isAll, setAll] = useState(false);
  const [asked, setAsked] = useState<AskedBulk | null>(null);
  const requests = loaded?.requests ?? [];
  const chosen = requests.filter(({ request_id }) => selected.has(request_id));
  const cursor = loaded?.cursor ?? null;

  function select(ids: Iterable<string>) {
    setSelected(new Set(ids));
    setAll(false);
  }
  function toggle(id: string) {
    const ticked = (isAll ? requests : chosen).map(({ request_id }) => request_id);
    select(ticked.includes(id) ? ticked.filter((one) => one !== id) : [...ticked, id]);
  }
  const isEverything = isAll || chosen.length === requests.length;

  return (
    <>
      {error !== null && <Failure error={error} isRetried />}
      {loaded === null && error === null && <p role="status">Loading the requests…</p>}
      {loaded?.requests.length === 0 &&
        (isFiltered(filter) ? (
          <p class="empty" role="status">
            No request matches this filter.
          </p>
        ) : (
          <Welcome onSample={onSample} />
        ))}
      {requests.length > 0 && (
        <label class="check pick">
          <input
            type="checkbox"
            checked={isEverything}
            indeterminate={!isEverything && chosen.length > 0}
            onChange={() => {
              select(isEverything ? [] : requests.map(({ request_id }) => request_id));
            }}
          />{' '}
          Select all on this page
        </label>
      )}
      <ul class="requests">
        {requests.map((request) => (
          <Item
            key={request.request_id}
            request={request}
            isSelected={isAll || selected.has(request.request_id)}
            onToggle={() => {
              toggle(request.request_id);
            }}
          />
        ))}
      </ul>
      {cursor !== null && (
        <button type="button" onClick={() => void loadOlder(cursor)}>
          Show older requests
        </button>
      )}
      {olderError !== null && <Failure error={olderError} />}
      {(isAll || chosen.length > 0) && (
        <SelectionBar
          requests={chosen}
          filter={filter}
          isAll={isAll}
          onAll={() => {
            setAll(true);
          }}
          onClear={() => {
            select([]);
          }}
          onAsk={setAsked}
        />
      )}
      {/* Not in the bar, which goes away when what is ticked leaves the list. */}
      {asked !== null && (
        <BulkDialog
          {...asked}
          onStarted={(id) => {
            select([]);
            onStarted(id);
          }}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </>
  );
}

interface ItemProps {
  readonly request: RequestResource;
  readonly isSelected: boolean;
  readonly onToggle: () => void;
}

function Item({ request, isSelected, onToggle }: ItemProps) {
  const { request_id, file_name, status, counts, created_at } = request;
  return (
    <li class="check">
      <input
        type="checkbox"
        aria-label={`Select ${file_name}`}
        checked={isSelected}
        onChange={onToggle}
      />
      <div>
        <div class="line">
          <Link href={`/requests/${request_id}`}>{file_name}</Link>
          <StatusLabel status={status} />
        </div>
        <CountsBar counts={counts} />
        <div class="line quiet">
          <span>
            {formatImages(counts.total)}, {formatNumber(counts.succeeded)} compressed,{' '}
            {formatNumber(counts.failed)} failed
          </span>
          <Ago time={created_at} />
        </div>
      </div>
    </li>
  );
}
