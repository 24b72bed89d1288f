import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepted } from '../contract/http/uploads';
import { between, type Random } from './random';
import { makeSheet, type Sheet } from './sheets';

/** One time that an upload was sent. */
export interface Try {
  /** `null`: no answer came. */
  readonly status: number | null;
  /** What a 200 said. */
  readonly requestId: string | null;
}

export interface Upload {
  readonly sheet: Sheet;
  /** `null`: sent without an `Idempotency-Key`, and therefore only once. */
  readonly key: string | null;
  readonly tries: Try[];
}

export interface Uploads {
  readonly all: readonly Upload[];
  /** So many of the sheets may be sent by now. */
  allow(sheets: number): void;
  /** Every sheet has got its 200. */
  readonly done: Promise<void>;
}

interface UploadsOptions {
  readonly random: Random;
  /** Images, a sheet each. */
  readonly sizes: readonly number[];
  readonly hosts: readonly [string, ...string[]];
  readonly url: string;
  readonly webhookUrl: string;
}

const KEYED_SHARE = 0.6;
/** Keyed uploads that are sent twice at once, or again after their answer. */
const TWICE_SHARE = 0.2;
const ANSWER_MS = 60_000;
const PATIENCE_MS = 5 * 60_000;

/** Uploads sheets as they are allowed, as clients do who want them through whatever happens. */
export function startUploads({ random, sizes, hosts, url, webhookUrl }: UploadsOptions): Uploads {
  const all: Upload[] = [];
  let allowed = 0;
  let wake: () => void = () => undefined;

  function begin(images: number): Upload {
    const sheet = makeSheet(random, all.length + 1, images, hosts);
    const key = random() < KEYED_SHARE ? randomUUID() : null;
    const upload: Upload = { sheet, key, tries: [] };
    all.push(upload);
    return upload;
  }

  async function send({ sheet, key, tries }: Upload): Promise<boolean> {
    const one = await post(url, sheet, key, webhookUrl);
    tries.push(one);
    return one.status === 200;
  }

  async function bringThrough(first: Upload, giveUpAt: number): Promise<void> {
    let upload = first;
    if (upload.key !== null && random() < TWICE_SHARE)
      await Promise.all([send(upload), send(upload)]);
    while (!(await send(upload))) {
      if (Date.now() > giveUpAt) throw new Error(`Upload ${upload.sheet.name} was never taken`);
      await sleep(between(random, 200, 1000));
      // Without a key it may run already: it is sent again as another one, whose pictures are others.
      if (upload.key === null) upload = begin(upload.sheet.images);
    }
    if (upload.key !== null && random() < TWICE_SHARE) await send(upload);
  }

  async function run(): Promise<void> {
    const under: Promise<void>[] = [];
    for (const [index, images] of sizes.entries()) {
      while (allowed <= index) await new Promise<void>((resolve) => (wake = resolve));
      const through = bringThrough(begin(images), Date.now() + PATIENCE_MS);
      // Awaited below; until then a failure must not count as unhandled.
      through.catch(() => undefined);
      under.push(through);
      await sleep(between(random, 0, 300));
    }
    await Promise.all(under);
  }

  const done = run();
  done.catch(() => undefined);
  return {
    all,
    done,
    allow(sheets) {
      allowed = Math.max(allowed, sheets);
      wake();
    },
  };
}

async function post(url: string, sheet: Sheet, key: string | null, webhook: string): Promise<Try> {
  const body = new FormData();
  body.set('file', new Blob([sheet.csv], { type: 'text/csv' }), sheet.name);
  body.set('webhook_url', webhook);
  body.set('format', sheet.format);
  try {
    const answer = await fetch(`${url}/image/upload/`, {
      method: 'POST',
      body,
      headers: key === null ? {} : { 'idempotency-key': key },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { data } = accepted.safeParse(await answer.json());
    return { status: answer.status, requestId: data?.request_id ?? null };
  } catch {
    return { status: null, requestId: null };
  }
}
