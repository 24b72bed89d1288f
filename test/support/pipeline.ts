import path from 'node:path';
import { readConfig } from '../../src/config';
import { openImagePipeline, type ImageProcessSettings } from '../../src/pipeline/start';
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
  return {
    config: readConfig(environment),
    environment: { ...process.env, ...environment },
    scripts: path.join(__dirname, '..', '..', 'dist', 'src', 'bin'),
    own: { named: [], publicUrls: [] },
    logger: createLogger('silent', 'test'),
    metrics: createWorkerMetrics(),
  };
}
