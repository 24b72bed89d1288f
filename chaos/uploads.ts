import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepted } from '../contract/http/uploads';
import { between, type Random } from './random';
import { makeSheet, type Sheet, type SheetSize } from './sheets';

/** One call that sent an upload. */
export interface Try {
  /** `null` when there was no answer. */
  readonly status: number | null;
  /** From an answer with 200. */
  readonly requestId: string | null;
}

export interface Upload {
  readonly sheet: Sheet;
  /** `null` for an upload without an `Idempotency-Key`, which is sent only once. */
  readonly key: string | null;
  readonly tries: Try[];
}

export interface Uploads {
  readonly all: readonly Upload[];
  /** Allows this many sheets, in total, to be sent by now. */
  allow(sheets: number): void;
  /** Resolves when every upload has been answered 200. */
  readonly done: Promise<void>;
}

interface UploadsOptions {
  readonly random: Random;
  /** One for each sheet. */
  readonly sizes: readonly SheetSize[];
  readonly hosts: readonly [string, ...string[]];
  readonly url: string;
  readonly webhookUrl: string;
}

const KEYED_SHARE = 0.6;
/** The share of keyed uploads that are sent twice at once, and of those that are sent again after their answer. */
const TWICE_SHARE = 0.2;
const ANSWER_MS = 60_000;
const TIME_LIMIT_MS = 5 * 60_000;

/** Uploads sheets as they are allowed. Like a persistent client, it repeats each upload until it is accepted. */
export function startUploads({ random, sizes, hosts, url, webhookUrl }: UploadsOptions): Uploads {
  const all: Upload[] = [];
  let allowed = 0;
  let wake: () => void = () => undefined;

  function begin(size: SheetSize): Upload {
    const sheet = makeSheet(random, all.length + 1, size, hosts);
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

  async function sendUntilAccepted(size: SheetSize, deadline: number): Promise<void> {
    let upload = begin(size);
    if (upload.key !== null && random() < TWICE_SHARE)
      await Promise.all([send(upload), send(upload)]);
    while (!(await send(upload))) {
      if (Date.now() > deadline) throw new Error(`Upload ${upload.sheet.name} was never accepted`);
      await sleep(between(random, 200, 1000));
      // Without a key the first upload may be running already, so a new one with different pictures is sent.
      if (upload.key === null) upload = begin(size);
    }
    if (upload.key !== null && random() < TWICE_SHARE) await send(upload);
  }

  async function run(): Promise<void> {
    const sending: Promise<void>[] = [];
    for (const [index, size] of sizes.entries()) {
      while (allowed <= index) await new Promise<void>((resolve) => (wake = resolve));
      const sent = sendUntilAccepted(size, Date.now() + TIME_LIMIT_MS);
      // Awaited below; until then a rejection must not be unhandled.
      sent.catch(() => undefined);
      sending.push(sent);
      await sleep(between(random, 0, 300));
    }
    await Promise.all(sending);
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
