import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { messageOf } from '../src/errors';
import { runMain, say, type Log } from '../src/process/main';
import { withBench } from './environment';
import { limitsOf, notMeasured } from './limits';
import { describeMachine } from './machine';
import type { Findings } from './measure';
import { DOCUMENTED, FURTHER, MEASURES } from './measures';
import { readOptions } from './options';
import { documentOf, textOf, type Section } from './report';

const DOCS = path.join(__dirname, '..', '..', 'docs');
const PAGE = path.join(DOCS, 'benchmarks.md');

/** `npm run bench`: measures, prints the figures and, when nothing was left out, writes the document. */
runMain(async () => {
  const { size, names, mongodbUri, writes } = readOptions(
    process.argv.slice(2),
    Object.keys(DOCUMENTED),
    Object.keys(FURTHER),
  );
  const { log, minutes } = createLog();
  const machine = writes ? await withBench(['api'], {}, describeMachine) : [];
  const sections: Section[] = [];
  const failures: string[] = [];
  for (const [index, name] of names.entries()) {
    const measure = MEASURES[name];
    if (measure === undefined) continue;
    log(`${measure.title} (${index + 1} of ${names.length}) …`);
    const findings = await measure
      .run({ size, mongodbUri, log })
      .catch((error: unknown): Findings => {
        failures.push(`${name}: ${messageOf(error)}`);
        return { figures: limitsOf(name).map((limit) => notMeasured(limit, messageOf(error))) };
      });
    process.stdout.write(`\n## ${measure.title}\n\n${textOf(findings)}\n`);
    sections.push({ name, measure, findings });
  }
  if (writes) await writeDocument(documentOf(machine, sections, Math.ceil(minutes())), sections);
  log('Done');
  if (failures.length > 0) throw new Error(failures.join('\n'));
});

/** Logs lines with the time since the start. */
function createLog(): { readonly log: Log; readonly minutes: () => number } {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  return {
    log(line) {
      const clock = [Math.floor(seconds() / 60), Math.floor(seconds() % 60)];
      say(`[${clock.map((part) => String(part).padStart(2, '0')).join(':')}] ${line}`);
    },
    minutes: () => seconds() / 60,
  };
}

async function writeDocument(text: string, sections: readonly Section[]): Promise<void> {
  const folder = path.join(DOCS, 'benchmarks');
  await mkdir(folder, { recursive: true });
  for (const { file, svg } of sections.flatMap(({ findings }) => findings.plots ?? [])) {
    await writeFile(path.join(folder, `${file}.svg`), svg);
  }
  const style = await resolveConfig(PAGE);
  await writeFile(PAGE, await format(text, { ...style, parser: 'markdown' }));
}
