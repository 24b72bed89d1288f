import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runMain, say } from '../src/process/main';
import { measureCost } from './cost';
import { measureEffort } from './effort';
import { measureLarge } from './large';
import type { Measure } from './measure';
import { measureReading } from './reading';
import { plotOf, tableOf } from './report';
import { startBench, type Service, type Bench } from './environment';
import { measureStorage } from './storage';
import { measureThroughput } from './throughput';
import { measureUpload } from './upload';

const MEASURES: Readonly<Record<string, () => Promise<Measure[]>>> = {
  throughput: () => withBench(['api', 'worker'], measureThroughput),
  storage: measureStorage,
  large: () => withBench(['api', 'worker'], measureLarge),
  upload: () => withBench(['api'], measureUpload),
  reading: measureReading,
  effort: measureEffort,
  cost: measureCost,
};
const RESULTS = path.join(__dirname, '..', '..', 'bench', 'results');

/** `npm run bench [-- NAME…]`: prints a table of the measurements. Without names, also writes it and a plot to files. */
runMain(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in MEASURES));
  if (unknown.length > 0) {
    const known = Object.keys(MEASURES).join(', ');
    throw new Error(`Expected names from ${known}, received ${unknown.join(', ')}`);
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

async function withBench(
  services: readonly Service[],
  measure: (bench: Bench) => Promise<Measure[]>,
): Promise<Measure[]> {
  const bench = await startBench(services);
  try {
    return await measure(bench);
  } finally {
    await bench.stop();
  }
}
