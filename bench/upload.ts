import { randomUUID } from 'node:crypto';
import { createConnection } from 'mongoose';
import type { ImageRecord, RowRecord } from '../src/records/types';
import { csvOf, upload } from './client';
import { medianOf, type Measure } from './measure';
import type { Bench } from './environment';

const ROWS = 100_000;
const ROUNDS = 3;
const BATCH = 1_000;
const SAMPLE_MS = 20;

/**
 * Measures the growth of the API's memory during an upload of 100,000 rows, and compares its response time with a bare
 * bulk insert of the same records. No worker runs, so that nothing else uses the machine.
 */
export async function measureUpload(bench: Bench): Promise<Measure[]> {
  const csv = csvOf('http://nowhere.invalid', ROWS);
  const answers: number[] = [];
  const inserts: number[] = [];
  const growths: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = bench.memoryOf('api');
    let highest = before;
    const sampling = setInterval(() => {
      highest = Math.max(highest, bench.memoryOf('api'));
    }, SAMPLE_MS);
    const { id, responseMs } = await upload(bench, csv);
    clearInterval(sampling);
    growths.push(highest - before);
    answers.push(responseMs);
    inserts.push(await bareInsert(bench, id));
  }
  return [
    {
      name: `response to an upload of ${ROWS} rows, vs a bare insert`,
      value: medianOf(answers) / 1000,
      baseline: medianOf(inserts) / 1000,
      unit: 's',
    },
    {
      name: `growth of the API's memory during an upload, maximum of ${ROUNDS}`,
      value: Math.max(...growths),
      baseline: null,
      unit: 'MiB',
    },
  ];
}

/** Inserts copies of the records of a request under new ids. @returns milliseconds */
async function bareInsert({ mongodbUri }: Bench, requestId: string): Promise<number> {
  const connection = await createConnection(mongodbUri, {
    writeConcern: { w: 'majority', journal: true },
  }).asPromise();
  try {
    const rows = connection.collection<RowRecord>('rows');
    const images = connection.collection<ImageRecord>('images');
    const [row, image] = await Promise.all([
      rows.findOne({ _id: `${requestId}/1` }),
      images.findOne({ _id: `${requestId}/0-0` }),
    ]);
    if (row === null || image === null) throw new Error(`No records of request ${requestId}`);
    const own = randomUUID();
    const started = performance.now();
    for (let first = 0; first < ROWS; first += BATCH) {
      const numbers = Array.from({ length: BATCH }, (_, index) => first + index);
      await Promise.all([
        rows.insertMany(
          numbers.map((number) => ({ ...row, _id: `${own}/${number}` })),
          { ordered: false },
        ),
        images.insertMany(
          numbers.map((number) => ({ ...image, _id: `${own}/0-${number}` })),
          { ordered: false },
        ),
      ]);
    }
    return performance.now() - started;
  } finally {
    await connection.close();
  }
}
