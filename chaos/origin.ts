import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closed, listen } from './listen';
import { makePicture, readLink, type PictureId } from './pictures';
import { pick, type Random } from './random';

const FAULTS = ['stall', 'reset', 'truncate', '429', '503'] as const;
export type Fault = (typeof FAULTS)[number];

/** One download as the origin saw it. */
export interface Hit {
  readonly url: string;
  readonly at: number;
  readonly fault: Fault | null;
  bytes: number;
  /** Whether the complete answer was sent. */
  whole: boolean;
}

export interface Origin {
  /** Several, since each host has its own lane. */
  readonly hosts: readonly [string, ...string[]];
  readonly hits: readonly Hit[];
  /** Returns how many different pictures were sent completely. */
  served(): number;
  /** When the late links of each sheet became available. */
  readonly repaired: ReadonlyMap<number, number>;
  /** Makes the late links of the sheet available from now on. */
  repair(sheet: number): void;
  /** Gives many answers this fault, for this long. */
  burst(fault: Fault, ms: number): void;
  stop(): Promise<void>;
}

const HOSTS = 3;
const FAULT_SHARE = 0.6;
/** One link gets at most this many faults, which is below the number of attempts of an image. */
const MAX_FAULTS = 2;
/** Longer than a download may take. */
const STALL_MS = 20_000;

/** Serves the pictures, gives answers faults in bursts, and keeps a ledger of all downloads. */
export async function startOrigin(random: Random): Promise<Origin> {
  const hits: Hit[] = [];
  const faultCounts = new Map<string, number>();
  const served = new Set<string>();
  const repaired = new Map<number, number>();
  let burst: { readonly fault: Fault; readonly until: number } | null = null;

  function faultOf(url: string): Fault | null {
    if (burst === null || Date.now() > burst.until || random() > FAULT_SHARE) return null;
    const before = faultCounts.get(url) ?? 0;
    if (before >= MAX_FAULTS) return null;
    faultCounts.set(url, before + 1);
    return burst.fault;
  }

  function isAvailable(id: PictureId | null): id is PictureId {
    if (id === null || id.kind === 'missing') return false;
    return id.kind !== 'late' || repaired.has(id.sheet);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
    const id = readLink(url);
    const found = isAvailable(id);
    const fault = found ? faultOf(url) : null;
    const hit: Hit = { url, at: Date.now(), fault, bytes: 0, whole: false };
    hits.push(hit);
    response.on('finish', () => {
      hit.whole = found && fault === null;
      if (hit.whole) served.add(url);
    });
    if (!found) {
      response.writeHead(404).end();
    } else if (fault === '429') {
      response.writeHead(429, { 'retry-after': '1' }).end();
    } else if (fault === '503') {
      response.writeHead(503, random() < 0.5 ? { 'retry-after': '1' } : {}).end();
    } else {
      const bytes = id.kind === 'text' ? Buffer.from('no image at all') : await makePicture(id);
      send(hit, bytes, response);
    }
  }

  function send(hit: Hit, bytes: Buffer, response: ServerResponse): void {
    const type = { 'content-type': 'image/jpeg', 'content-length': bytes.length };
    const half = bytes.subarray(0, bytes.length / 2);
    if (hit.fault === null) {
      hit.bytes = bytes.length;
      response.writeHead(200, type).end(bytes);
      return;
    }
    const headed = random() < 0.7;
    hit.bytes = headed ? half.length : 0;
    if (headed) response.writeHead(200, type).write(half);
    if (hit.fault === 'reset') response.socket?.resetAndDestroy();
    else if (hit.fault === 'truncate') setImmediate(() => response.destroy());
    else setTimeout(() => response.destroy(), STALL_MS).unref();
  }

  const servers = await Promise.all(
    Array.from({ length: HOSTS }, () =>
      listen((request, response) => {
        // Failing to make a picture would be a bug of the harness. The ledger shows the download as incomplete.
        answer(request, response).catch(() => response.destroy());
      }),
    ),
  );
  const [first, ...others] = servers.map(
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  return {
    hosts: [first ?? '', ...others],
    hits,
    served: () => served.size,
    repaired,
    repair(sheet) {
      if (!repaired.has(sheet)) repaired.set(sheet, Date.now());
    },
    burst(fault, ms) {
      burst = { fault, until: Date.now() + ms };
    },
    async stop() {
      await Promise.all(servers.map(closed));
    },
  };
}

export function anyFault(random: Random): Fault {
  return pick(random, FAULTS);
}
