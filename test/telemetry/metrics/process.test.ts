import { readFileSync } from 'node:fs';
import path from 'node:path';
import { VARIABLES } from '../../../src/config';
import { freePort } from '../../../src/process/ports';
import { createLogger } from '../../../src/telemetry/logger';
import { createApiMetrics } from '../../../src/telemetry/metrics/api';
import { createWorkerMetrics } from '../../../src/telemetry/metrics/worker';
import { text } from '../../support/calls';
import { endCommands, startCommand, type Command } from '../../support/command';
import { eventually } from '../../support/eventually';
import { samplesOf, typesOf } from '../../support/exposition';
import { withFolder } from '../../support/temporaryFile';
import { STORAGE_OUTCOME_LABELS } from '../../../src/telemetry/metrics/labels';

afterEach(endCommands);

async function startWorker(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Command> {
  const command = startCommand('worker', {
    DATA_DIR: dataDir,
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'],
    MONGODB_URI: process.env['TEST_MONGODB_URI'],
    TEMPORAL_TASK_QUEUE: 'test-scraped-process',
    ...env,
  });
  await command.says('The worker is ready');
  return command;
}

const anyPort = () => freePort('metrics', 'METRICS_PORT', 0, () => undefined);

describe('npm run worker', () => {
  it("serves its own metrics, the process's and the SDK's, and declares each name once", () =>
    withFolder(async (dataDir) => {
      const port = await anyPort();
      await startWorker(dataDir, { METRICS_PORT: String(port) });
      const scraped = await eventually(
        () => text(`http://127.0.0.1:${port}/metrics`),
        (now) => now.includes('temporal_worker_task_slots_available'),
      );
      const names = [...typesOf(scraped).keys()];
      expect(names).toEqual(
        expect.arrayContaining([
          'image_processor_images_total',
          'process_resident_memory_bytes',
          'temporal_request_latency_seconds',
        ]),
      );
      expect([...scraped.matchAll(/^# TYPE /gm)]).toHaveLength(names.length);
      expect(samplesOf(scraped).length).toBeGreaterThan(50);
      expect(scraped).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
    }));

  it('serves metrics at the next free port when its own is taken, and logs it', () =>
    withFolder(async (dataDir) => {
      const port = await anyPort();
      const env = { METRICS_PORT: String(port) };
      const [first, second] = [await startWorker(dataDir, env), await startWorker(dataDir, env)];
      expect(first.stderr()).not.toContain('is taken');
      const taken = new RegExp(`Port ${port} is taken: metrics are served at (\\d+)`);
      const other = Number(taken.exec(second.stderr())?.[1]);
      for (const one of [port, other]) {
        expect((await fetch(`http://127.0.0.1:${one}/metrics`)).status).toBe(200);
      }
    }));

  it('serves no metrics with METRICS_PORT=0', () =>
    withFolder(async (dataDir) => {
      const worker = await startWorker(dataDir, { METRICS_PORT: '0' });
      expect(worker.stderr()).not.toMatch(/metrics/i);
      worker.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
    }));
});

describe('npm run api', () => {
  it("serves its own metrics and the process's", () =>
    withFolder(async (dataDir) => {
      const port = await anyPort();
      const api = startCommand('api', {
        PORT: String(port),
        DATA_DIR: dataDir,
        TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'],
        MONGODB_URI: process.env['TEST_MONGODB_URI'],
      });
      await api.says('The API is ready');
      const names = typesOf(await text(`http://127.0.0.1:${port}/metrics`));
      expect(names.get('image_processor_requests')).toBe('gauge');
      expect(names.get('process_resident_memory_bytes')).toBe('gauge');
    }));
});

describe('docs/metrics.md', () => {
  const page = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'metrics.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(image_processor_\w+)` *\| (\w+) *\| (.*?) *\|/gm)].map(
    ([, name, type, labels = '']) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    }),
  );

  it('lists exactly our metrics, with their types and labels', async () => {
    const logger = createLogger('silent', 'test');
    const api = createApiMetrics({ countByState: () => Promise.resolve({}), logger });
    const registries = [createWorkerMetrics().registry, api.registry];
    const described: { name: string; labelNames: string[] }[] = [];
    const types = new Map<string, string>();
    for (const registry of registries) {
      // The objects have labelNames, although their type does not.
      described.push(...(registry.getMetricsAsArray() as unknown as typeof described));
      for (const [name, type] of typesOf(await registry.metrics())) types.set(name, type);
    }
    expect(rows.sort((a, b) => String(a.name).localeCompare(String(b.name)))).toEqual(
      described
        .map(({ name, labelNames }) => ({
          name,
          type: types.get(name),
          labels: labelNames.filter((label) => label !== 'le').sort(),
        }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    );
  });

  it('names only variables that exist', () => {
    const named = [...page.matchAll(/`([A-Z][A-Z_]+_[A-Z]+)`/g)].map(([, name]) => name);
    // Codes of connections look alike.
    const known = [...VARIABLES, ...STORAGE_OUTCOME_LABELS];
    expect(named.filter((name) => !known.includes(String(name)))).toEqual([]);
  });
});
