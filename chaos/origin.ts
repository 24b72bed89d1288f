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
  /** The whole answer was handed to the network. */
  whole: boolean;
}

export interface Origin {
  /** Each has its own lane. */
  readonly hosts: readonly [string, ...string[]];
  readonly hits: readonly Hit[];
  /** How many different pictures were handed out whole. */
  served(): number;
  /** When each sheet's late links became pictures. */
  readonly repaired: ReadonlyMap<number, number>;
  /** From now on the late links of the sheet lead to pictures. */
  repair(sheet: number): void;
  /** For so long, many answers are spoilt. */
  burst(fault: Fault, ms: number): void;
  stop(): Promise<void>;
}

const HOSTS = 3;
const SPOILT_SHARE = 0.6;
/** So often one link is spoilt at most: below the attempts that an image has. */
const SPOILT_AT_MOST = 2;
/** Longer than a download may take. */
const STALL_MS = 20_000;

/** Serves every picture there is, spoils answers in bursts, and keeps a ledger of it all. */
export async function startOrigin(random: Random): Promise<Origin> {
  const hits: Hit[] = [];
  const spoilt = new Map<string, number>();
  const served = new Set<string>();
  const repaired = new Map<number, number>();
  let bad: { readonly fault: Fault; readonly until: number } | null = null;

  function faultOf(url: string): Fault | null {
    if (bad === null || Date.now() > bad.until || random() > SPOILT_SHARE) return null;
    const before = spoilt.get(url) ?? 0;
    if (before >= SPOILT_AT_MOST) return null;
    spoilt.set(url, before + 1);
    return bad.fault;
  }

  function isThere(id: PictureId | null): id is PictureId {
    if (id === null || id.kind === 'missing') return false;
    return id.kind !== 'late' || repaired.has(id.sheet);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
    const id = readLink(url);
    const found = isThere(id);
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
        // A picture that cannot be made would be a bug of ours: the download ends, the ledger shows it.
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
      bad = { fault, until: Date.now() + ms };
    },
    async stop() {
      await Promise.all(servers.map(closed));
    },
  };
}

export function anyFault(random: Random): Fault {
  return pick(random, FAULTS);
}
