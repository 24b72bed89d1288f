import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runMain, say } from '../src/main';
import type { Measure } from './measure';
import { plotOf, tableOf } from './report';
import { startStage } from './stage';
import { measureThroughput } from './throughput';
import { measureUpload } from './upload';

const MEASURES = {
  throughput: { measure: measureThroughput, services: ['api', 'worker'] },
  upload: { measure: measureUpload, services: ['api'] },
} as const;
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
  for (const [name, { measure, services }] of Object.entries(MEASURES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    say(`Measuring ${name} …`);
    const stage = await startStage(services);
    try {
      measures.push(...(await measure(stage)));
    } finally {
      await stage.stop();
    }
  }
  const table = tableOf(measures);
  process.stdout.write(table);
  if (asked.length === 0) {
    await writeFile(`${RESULTS}.md`, table);
    await writeFile(`${RESULTS}.svg`, plotOf(measures));
  }
});
