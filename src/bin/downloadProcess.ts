import { becomeDisposable } from '../process/disposable';
import { readConfig } from '../config';
import { createDownloadQueue } from '../images/downloadQueue';
import { serveDownloads } from '../pipeline/serveDownloads';
import { createDispatcher } from '../network/dispatcher';
import { createOwnServers } from '../network/ownServers';
import { createTargetPolicy } from '../network/targets';
import { returnFreedMemory } from '../process/memory';
import { createLogger } from '../telemetry/logger';

/** Downloads images for a worker, into the folder that it names. See docs/decisions/image-processes.md. */
becomeDisposable();
const config = readConfig();
// V8's growth is not limited here: the heap is so small that the buffers of 16 images would be a reason to collect it.
// The worker says whether it is possible; it need not be said again by each process.
void returnFreedMemory(createLogger('silent', 'download-process'));
serveDownloads(process.argv[2] ?? '', (own) =>
  createDownloadQueue(config, createDispatcher(createTargetPolicy(config, createOwnServers(own)))),
);
