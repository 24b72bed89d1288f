import path from 'node:path';
import { readConfig } from '../../src/config';
import { openImagePipeline, type ImageProcessSettings } from '../../src/pipeline/start';
import { openFileStore } from '../../src/storage/open';
import { createLogger } from '../../src/telemetry/logger';
import { createWorkerMetrics } from '../../src/telemetry/metrics/worker';

/** Opens the pipeline of a worker with this environment. Its processes run the compiled code. */
export function openTestPipeline(
  environment: Record<string, string>,
  settings: Partial<ImageProcessSettings> = {},
) {
  return openImagePipeline({ ...testSettings(environment), ...settings });
}

export function testSettings(environment: Record<string, string>): ImageProcessSettings {
  const config = readConfig(environment);
  return {
    config,
    environment: { ...process.env, ...environment },
    scripts: path.join(__dirname, '..', '..', 'dist', 'src', 'bin'),
    files: openFileStore(config),
    own: { named: [], publicUrls: [], stores: [] },
    logger: createLogger('silent', 'test'),
    metrics: createWorkerMetrics(),
  };
}
