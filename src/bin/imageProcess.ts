import { becomeDisposable } from '../process/disposable';
import { readConfig } from '../config';
import { serveImages } from '../pipeline/serveImages';
import { createLogger } from '../telemetry/logger';
import { keepMemoryLevel } from '../process/memory';

/** Compresses images for a worker, which starts it with a niceness. See docs/decisions/image-processes.md. */
becomeDisposable(Number(process.argv[2] ?? 0));
const config = readConfig();
// The worker says whether it is possible; it need not be said again by each process.
void keepMemoryLevel(createLogger('silent', 'image-process'));
serveImages(config);
