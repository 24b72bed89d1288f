import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../../contract/http/system';
import { SYSTEM_PARTS, type SystemPart } from '../../contract/system';
import { createCache } from '../cache';
import type { Config } from '../config';
import { messageOf } from '../errors';
import type { Records } from '../records/open';
import type { Stored } from '../records/requests';
import type { WorkerRecord } from '../records/types';
import type { Logger } from '../telemetry/logger';

export interface SystemDeps {
  readonly config: Pick<Config, 'RETENTION_DAYS'>;
  readonly records: Pick<Records, 'requests' | 'workers' | 'findings'>;
  readonly version: string;
  readonly logger: Logger;
}

/** Each resolves when that part answers. */
export type PartChecks = Readonly<Record<'mongodb' | 'temporal' | 'storage', () => Promise<void>>>;

/** Shows the system. Never rejects: what cannot be read is empty. */
export type ShowSystem = (checks: PartChecks) => Promise<System>;

/** A part that has not answered by then is down. */
const DEADLINE_MS = 3_000;
const KEPT_MS = 1_000;
/** Counting what is stored reads all requests. */
const STORED_KEPT_MS = 30_000;
const SEEN_WITHIN_MS = 60_000;
const MAX_FINDINGS = 20;
const MAX_COOLING_HOSTS = 100;

const UP: Readonly<Record<SystemPart, string>> = {
  api: 'It accepts uploads and answers all calls.',
  workers: 'They download and compress images, and deliver webhooks.',
  temporal: 'It keeps the runs of all requests, their timers and their retries.',
  mongodb: 'It keeps the records of all requests.',
  storage: 'It keeps the compressed images and the CSV files.',
};

const DOWN: Readonly<Record<SystemPart, string>> = {
  api: 'It does not answer.',
  workers:
    'No worker has reported in the last minute: requests are accepted and wait. Start one with `npm run worker`.',
  temporal:
    'It does not answer: uploads are refused and requests wait. Start it, or check TEMPORAL_ADDRESS.',
  mongodb:
    'It does not answer: calls are refused and requests wait. Start it, or check MONGODB_URI.',
  storage:
    'It cannot be read and written: uploads are refused and images wait. Check its space, its permissions and ' +
    'STORAGE_URL or DATA_DIR; the log has its error.',
};

const UNKNOWN_WORKERS = 'Not known, because MongoDB does not answer, where they report.';

const NO_BACKLOG = { requests_pending: 0, requests_processing: 0, images_pending: 0 };
const NO_STORED: Stored = { requests: 0, images: 0, bytes: 0 };

/** Creates the function that shows the system. Callers within a second share one look at it. */
export function createShowSystem({ config, records, version, logger }: SystemDeps): ShowSystem {
  const cache = createCache<System>({ keptMs: KEPT_MS });
  const storedCache = createCache<Stored>({ keptMs: STORED_KEPT_MS });

  /** Reads within the deadline, or returns what stands for "not known". */
  async function read<T>(what: string, work: () => Promise<T>, unknown: T): Promise<T> {
    try {
      return await inTime(work());
    } catch (error) {
      logger.warn({ what, reason: messageOf(error) }, 'A part of the system could not be read');
      return unknown;
    }
  }

  const isUp = (name: string, check: () => Promise<void>) =>
    read(name, () => check().then(() => true), false);

  async function readRecords(now: number) {
    const since = new Date(now - SEEN_WITHIN_MS);
    const { requests } = records;
    const [workers, backlog, stored, findings] = await Promise.all([
      read('workers', () => records.workers.seenSince(since), []),
      read('backlog', () => requests.countBacklog(), NO_BACKLOG),
      read('stored', () => storedCache('stored', () => requests.countStored()), NO_STORED),
      read('findings', () => records.findings.newest(MAX_FINDINGS), []),
    ]);
    return { workers, backlog, stored, findings };
  }

  async function look({ mongodb, temporal, storage }: PartChecks): Promise<System> {
    const now = Date.now();
    const nothing = { workers: [], backlog: NO_BACKLOG, stored: NO_STORED, findings: [] };
    const [[hasMongodb, recorded], hasTemporal, hasStorage] = await Promise.all([
      isUp('mongodb', mongodb).then(
        async (up) => [up, up ? await readRecords(now) : nothing] as const,
      ),
      isUp('temporal', temporal),
      isUp('storage', storage),
    ]);
    const { workers, backlog, stored, findings } = recorded;
    const ups: Readonly<Record<SystemPart, boolean>> = {
      api: true,
      workers: workers.length > 0,
      temporal: hasTemporal,
      mongodb: hasMongodb,
      storage: hasStorage,
    };
    return {
      version,
      parts: SYSTEM_PARTS.map((name) => ({
        name,
        is_up: ups[name],
        detail: name === 'workers' && !hasMongodb ? UNKNOWN_WORKERS : (ups[name] ? UP : DOWN)[name],
      })),
      workers: workers.map((worker) => ({
        id: worker._id,
        host: worker.host,
        version: worker.version,
        started_at: worker.started_at.toISOString(),
        seen_at: worker.seen_at.toISOString(),
        images_in_progress: worker.images_in_progress,
      })),
      backlog,
      cooling_hosts: coolingHostsOf(workers, now),
      findings: findings.map(({ finding, request_id, note, at }) => ({
        finding,
        request_id,
        note,
        at: at.toISOString(),
      })),
      stored,
      retention_days: config.RETENTION_DAYS,
    };
  }

  return (checks) => cache('system', () => look(checks));
}

/** Merges what the workers know of hosts: the latest time of each, in the order in which they may be asked again. */
export function coolingHostsOf(
  workers: readonly Pick<WorkerRecord, 'cooling_hosts'>[],
  now: number,
): System['cooling_hosts'] {
  const latest = new Map<string, WorkerRecord['cooling_hosts'][number]>();
  for (const one of workers.flatMap(({ cooling_hosts }) => cooling_hosts)) {
    const known = latest.get(one.host);
    const isLater = known === undefined || one.until > known.until;
    if (one.until.getTime() > now && isLater) latest.set(one.host, one);
  }
  return [...latest.values()]
    .sort((one, other) => one.until.getTime() - other.until.getTime())
    .slice(0, MAX_COOLING_HOSTS)
    .map(({ host, until, reason }) => ({ host, until: until.toISOString(), reason }));
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = sleep(DEADLINE_MS, null, { signal: done.signal }).then(() => {
    throw new Error(`No answer within ${DEADLINE_MS} ms`);
  });
  // After the work has ended, the wait is aborted.
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
