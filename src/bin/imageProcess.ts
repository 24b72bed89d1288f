import { becomeDisposable } from '../process/disposable';
import { readConfig } from '../config';
import { serveImages } from '../pipeline/serveImages';
import { createLogger } from '../telemetry/logger';
import { keepMemoryLevel } from '../process/memory';
import { openFileStore } from '../storage/open';

/** Compresses and stores images for a worker, which starts it with a niceness. See docs/decisions/processes.md. */
becomeDisposable(Number(process.argv[2] ?? 0));
const config = readConfig();
void keepMemoryLevel(createLogger(config.LOG_LEVEL, 'image-process'));
serveImages(config, openFileStore(config));
