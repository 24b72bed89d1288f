import { becomeDisposable } from '../process/disposable';
import { readConfig } from '../config';
import { createDownloadQueue } from '../images/downloadQueue';
import { serveDownloads } from '../pipeline/serveDownloads';
import { createDispatcher } from '../network/dispatcher';
import { createOwnServers } from '../network/ownServers';
import { createTargetPolicy } from '../network/targets';
import { keepMemoryLevel } from '../process/memory';
import { createLogger } from '../telemetry/logger';

/** Downloads images for a worker, into the folder that it names. See docs/decisions/image-processes.md. */
becomeDisposable();
const config = readConfig();
// The worker says whether it is possible; it need not be said again by each process.
void keepMemoryLevel(createLogger('silent', 'download-process'));
serveDownloads(process.argv[2] ?? '', (own) =>
  createDownloadQueue(config, createDispatcher(createTargetPolicy(config, createOwnServers(own)))),
);
