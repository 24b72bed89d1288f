import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runMain, say } from '../src/process/main';
import { measureEffort } from './effort';
import { measureLarge } from './large';
import type { Measure } from './measure';
import { measureReading } from './reading';
import { plotOf, tableOf } from './report';
import { startBench, type Service, type Stage } from './stage';
import { measureThroughput } from './throughput';
import { measureUpload } from './upload';

const MEASURES: Readonly<Record<string, () => Promise<Measure[]>>> = {
  throughput: () => onStage(['api', 'worker'], measureThroughput),
  large: () => onStage(['api', 'worker'], measureLarge),
  upload: () => onStage(['api'], measureUpload),
  reading: measureReading,
  effort: measureEffort,
};
const RESULTS = path.join(__dirname, '..', '..', 'bench', 'results');

/** `npm run bench [-- NAME…]`: all measurements, or those named; written as a table and a plot. */
runMain(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in MEASURES));
  if (unknown.length > 0) {
    const known = Object.keys(MEASURES).join(', ');
    throw new Error(`Expected names of ${known}; received ${unknown.join(', ')}`);
  }
  const measures: Measure[] = [];
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    say(`Measuring ${name} …`);
    measures.push(...(await measure()));
  }
  const table = tableOf(measures);
  process.stdout.write(table);
  if (asked.length === 0) {
    await writeFile(`${RESULTS}.md`, table);
    await writeFile(`${RESULTS}.svg`, plotOf(measures));
  }
});

async function onStage(
  services: readonly Service[],
  measure: (stage: Stage) => Promise<Measure[]>,
): Promise<Measure[]> {
  const stage = await startBench(services);
  try {
    return await measure(stage);
  } finally {
    await stage.stop();
  }
}
