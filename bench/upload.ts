import { randomUUID } from 'node:crypto';
import { createConnection } from 'mongoose';
import type { ImageRecord, RowRecord } from '../src/records/types';
import { sheetOf, upload } from './client';
import { medianOf, type Measure } from './measure';
import type { Stage } from './stage';

const ROWS = 100_000;
const ROUNDS = 3;
const BATCH = 1_000;
const SAMPLE_MS = 20;

/**
 * An upload of 100,000 rows: how much the API's memory grows over it, and how long until the answer beside a
 * bare bulk insert of the same records. No worker runs: nothing else keeps the machine busy meanwhile.
 */
export async function measureUpload(stage: Stage): Promise<Measure[]> {
  const csv = sheetOf('http://nowhere.invalid', ROWS);
  const answers: number[] = [];
  const inserts: number[] = [];
  const growths: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = stage.memoryOf('api');
    let highest = before;
    const sampling = setInterval(() => {
      highest = Math.max(highest, stage.memoryOf('api'));
    }, SAMPLE_MS);
    const { id, answeredMs } = await upload(stage, csv);
    clearInterval(sampling);
    growths.push(highest - before);
    answers.push(answeredMs);
    inserts.push(await bareInsert(stage, id));
  }
  return [
    {
      name: `answer to an upload of ${ROWS} rows`,
      value: medianOf(answers) / 1000,
      beside: medianOf(inserts) / 1000,
      unit: 's',
    },
    {
      name: `growth of the API's memory over it, largest of ${ROUNDS}`,
      value: Math.max(...growths),
      beside: null,
      unit: 'MiB',
    },
  ];
}

/** Inserts records just like those of a request, under new ids. @returns milliseconds */
async function bareInsert({ mongodbUri }: Stage, requestId: string): Promise<number> {
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
    if (row === null || image === null) throw new Error('Expected the records of the upload');
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
