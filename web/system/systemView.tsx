import { useCallback, useState } from 'preact/hooks';
import type { System } from '../../contract/http/system';
import { useApi } from '../api';
import { summaryOf } from '../logic/system';
import { Ago } from '../parts/ago';
import { Failure } from '../parts/failure';
import { usePolling } from '../usePolling';
import { useTitle } from '../useTitle';
import { Backlog } from './backlog';
import { CoolingHosts } from './coolingHosts';
import { Findings } from './findings';
import { Parts } from './serviceParts';
import { Stored } from './stored';
import { Workers } from './workers';

const PAUSE_MS = 5_000;

interface Seen {
  readonly system: System;
  readonly at: string;
}

/** Whether the service works, what it is doing, and what to do about what is down. */
export function SystemView() {
  const api = useApi();
  useTitle('System');
  const [seen, setSeen] = useState<Seen | null>(null);
  const load = useCallback(
    async (signal: AbortSignal) => {
      const system = await api.system({ signal });
      setSeen({ system, at: new Date().toISOString() });
    },
    [api],
  );
  const error = usePolling(load, PAUSE_MS);

  return (
    <>
      <div class="heading">
        <h1>System</h1>
        {seen !== null && <span class="quiet">Version {seen.system.version}</span>}
      </div>
      {error !== null && <Failure error={error} isRetried />}
      {seen === null && error === null && <p role="status">Loading the state of the service…</p>}
      {seen !== null && error !== null && (
        <p>
          This was so <Ago time={seen.at} />:
        </p>
      )}
      {seen !== null && <Shown system={seen.system} />}
    </>
  );
}

/** With a key, an empty list may be one that the key does not show. */
const LIMITED = 'Only keys with the right “operate” show them.';

function Shown({ system }: { readonly system: System }) {
  const { needsKey } = useApi();
  const { parts, backlog, workers, cooling_hosts, findings, stored, retention_days } = system;
  const note = needsKey ? LIMITED : '';
  // The other facts are read from there.
  const hasRecords = parts.some(({ name, is_up }) => name === 'mongodb' && is_up);
  return (
    <>
      <section class="card" aria-labelledby="parts">
        <h2 id="parts">Parts</h2>
        <p role="status">{summaryOf(parts)}</p>
        <Parts parts={parts} />
      </section>
      {hasRecords ? (
        <>
          <div class="columns">
            <Backlog backlog={backlog} />
            <Stored stored={stored} days={retention_days} />
          </div>
          <Workers workers={workers} />
          <CoolingHosts hosts={cooling_hosts} note={note} />
          <Findings findings={findings} note={note} />
        </>
      ) : (
        <p class="empty">More is known when MongoDB is up again.</p>
      )}
    </>
  );
}
