import path from 'node:path';
import {
  DOWNLOAD_STAGES,
  type DownloadedFile,
  type DownloadQueue,
  type DownloadStage,
  type Observe,
} from '../images/downloadQueue';
import type { OwnEndpoints } from '../network/ownServers';
import { errorMessageOf, type DownloadAnswer, type DownloadMessage } from './messages';

const REPORT_MS = 1_000;

/** Downloads the images that the worker asks for to files in the folder. Runs in the download process. */
export function serveDownloads(
  folder: string,
  openQueue: (own: OwnEndpoints) => DownloadQueue,
): void {
  const running = new Map<number, AbortController>();
  const downloaded = new Map<number, DownloadedFile>();
  const inFlight = Object.fromEntries(DOWNLOAD_STAGES.map((stage) => [stage, 0])) as Record<
    DownloadStage,
    number
  >;
  let queue: DownloadQueue | null = null;
  const answer = (message: DownloadAnswer) => process.send?.(message);

  process.on('message', (message: DownloadMessage) => {
    if ('own' in message) queue = openQueue(message.own);
    else if ('abort' in message) running.get(message.abort)?.abort();
    else if ('release' in message) {
      downloaded.get(message.release)?.release();
      downloaded.delete(message.release);
    } else if (queue !== null) void download(queue, message.download).then(answer);
  });
  setInterval(() => {
    answer({ inFlight, coolingHosts: queue?.coolingHosts() ?? [] });
  }, REPORT_MS);

  async function download(
    from: DownloadQueue,
    { id, key, link }: Extract<DownloadMessage, { download: unknown }>['download'],
  ): Promise<DownloadAnswer> {
    const stages: Partial<Record<DownloadStage, number>> = {};
    const observe: Observe = async (stage, work) => {
      const started = performance.now();
      inFlight[stage] += 1;
      try {
        return await work();
      } finally {
        inFlight[stage] -= 1;
        stages[stage] = (performance.now() - started) / 1000;
      }
    };
    const controller = new AbortController();
    running.set(id, controller);
    const file = path.join(folder, String(id));
    try {
      const result = await from.download({ key, link, file }, controller.signal, observe);
      downloaded.set(id, result);
      return { id, stages, file, bytes: result.bytes };
    } catch (error) {
      return { id, stages, error: errorMessageOf(error) };
    } finally {
      running.delete(id);
    }
  }
}
