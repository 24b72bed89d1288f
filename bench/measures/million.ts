import path from 'node:path';
import { createConnection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../client';
import { isFinished } from '../../contract/statuses';
import { imagesPage } from '../../contract/http/images';
import { csvFile, upload } from '../client';
import { withBench, type Bench, type Service } from '../environment';
import type { Table } from '../measure';
import { memoryOf } from '../memory';
import { summaryOf } from '../samples';
import { shown } from '../table';
import { until } from '../until';

const PAGE = 1_000;
const PAGES = 20;
const POLL_MS = 500;
/** The whole benchmark is not to wait longer for it. */
const CANCEL_MS = 60_000;
const SLOW_HOST = '/wait-20000/tiny';

/** Measures what one file of so many rows costs, without processing its images. */
export function measureMillion(rows: number): Promise<Table> {
  return withBench(['api', 'worker'], {}, async (bench) => {
    const file = path.join(bench.folder, 'million.csv');
    const csv = await csvFile(file, `${bench.originUrl}${SLOW_HOST}`, rows);
    const { id, responseMs } = await upload(bench, csv);
    const recorded = await secondsOf(() => waitUntilRecorded(bench, rows));
    const memory = (name: Service) => `${shown(memoryOf(bench.pidsOf(name).at(-1) ?? 0))} MiB`;
    const memories = [memory('api'), memory('worker')];
    const firstPages = await pagesFrom(bench.url, id, '0.0');
    const lastPages = await pagesFrom(bench.url, id, `${Math.max(0, rows - PAGE * PAGES)}.0`);
    const ending = await endRequest(bench.url, id);
    return {
      title: `A file of ${rows.toLocaleString('en-US')} rows, once`,
      header: ['What', 'Measured'],
      rows: [
        ['Upload until the answer', `${shown(responseMs / 1000)} s`],
        ['From the answer until all rows and images are recorded', `${shown(recorded)} s`],
        ['Memory of the API then', memories[0] ?? ''],
        ["Memory of the worker's main process then", memories[1] ?? ''],
        [
          `A page of ${PAGE} images, from the first row on (${PAGES} pages)`,
          summaryOf(firstPages, 'ms'),
        ],
        ['The same, up to the last row', summaryOf(lastPages, 'ms')],
        ...ending,
      ],
    };
  });
}

/** Cancels, downloads the result and removes. @returns lines of the table; only one where cancelling takes too long */
async function endRequest(url: string, id: string): Promise<string[][]> {
  const client = createClient({ url });
  const cancel = 'From the cancel until the outcome, with the result CSV';
  await client.cancel(id);
  const started = performance.now();
  while (!isFinished((await client.status(id)).status)) {
    if (performance.now() - started > CANCEL_MS) return [[cancel, `over ${CANCEL_MS / 1000} s`]];
    await sleep(POLL_MS);
  }
  const cancelled = (performance.now() - started) / 1000;
  let bytes = 0;
  const downloaded = await secondsOf(async () => {
    bytes = (await (await client.result(id)).blob()).size;
  });
  const removed = await secondsOf(() => client.remove(id));
  return [
    [cancel, `${shown(cancelled)} s`],
    [`Download of the result CSV (${shown(bytes / 1e6)} MB)`, `${shown(downloaded)} s`],
    ['Removal', `${shown(removed)} s`],
  ];
}

/** The API answers before all is recorded; only the database tells how much is. */
async function waitUntilRecorded({ mongodbUri }: Bench, rows: number): Promise<void> {
  const connection = await createConnection(mongodbUri).asPromise();
  try {
    const counts = () =>
      Promise.all(
        ['rows', 'images'].map((name) => connection.collection(name).estimatedDocumentCount()),
      );
    await until('all rows to be recorded', POLL_MS, async () =>
      (await counts()).every((count) => count >= rows),
    );
  } finally {
    await connection.close();
  }
}

/** @returns the milliseconds of each of some pages, one after the other */
async function pagesFrom(url: string, id: string, from: string): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | null = from;
  while (times.length < PAGES && cursor !== null) {
    const started = performance.now();
    const address = `${url}/image/requests/${id}/images?limit=${PAGE}&cursor=${cursor}`;
    const response = await fetch(address);
    if (!response.ok) throw new Error(`Expected a page at ${address}, received ${response.status}`);
    const page = imagesPage.parse(await response.json());
    times.push(performance.now() - started);
    cursor = page.next_cursor;
  }
  return times;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
