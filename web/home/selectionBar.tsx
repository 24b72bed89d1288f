import { BULK_ACTIONS } from '../../contract/actions';
import type { RequestResource } from '../../contract/http/requests';
import { BULK, formatRequests } from '../logic/bulk';
import { isFiltered, type RequestFilter } from '../logic/requestFilter';
import type { AskedBulk, Selection } from './bulkDialog';

/** The service takes no more ids for one operation. */
const MOST = 1_000;

interface Props {
  readonly requests: readonly RequestResource[];
  readonly filter: RequestFilter;
  readonly isAll: boolean;
  readonly onAll: () => void;
  readonly onClear: () => void;
  readonly onAsk: (asked: AskedBulk) => void;
}

/** What can be done with the selected requests. */
export function SelectionBar({ requests, filter, isAll, onAll, onClear, onAsk }: Props) {
  const all = isFiltered(filter) ? 'all that match the filter' : 'all requests';
  const selection: Selection = isAll
    ? { kind: 'matching', filter }
    : { kind: 'listed', requests: requests.slice(0, MOST) };

  return (
    <div class="selection card" role="group" aria-label="Selected requests">
      <p role="status">
        <strong>
          {isAll ? `Selected: ${all}` : `${formatRequests(requests.length)} selected`}
        </strong>
        {!isAll && requests.length > MOST && `; only the first ${formatRequests(MOST)} are used`}
      </p>
      <div class="buttons">
        {BULK_ACTIONS.map((action) => (
          <button
            key={action}
            type="button"
            onClick={() => {
              onAsk({ action, selection });
            }}
          >
            {BULK[action].label}
          </button>
        ))}
        {!isAll && (
          <button type="button" class="plain" onClick={onAll}>
            Select {all}
          </button>
        )}
        <button type="button" class="plain" onClick={onClear}>
          Clear selection
        </button>
      </div>
    </div>
  );
}
