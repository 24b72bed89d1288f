import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../errors';
import type { Logger } from '../logger';
import type { Exposition } from './registry';

const TRIES = 200;

export interface ScrapeAddress {
  readonly HOST: string;
  readonly METRICS_PORT: number;
}

export interface ScrapeListener {
  /** The actual port, which may differ from `METRICS_PORT`. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves only `/metrics`, for a process that has no other web server. Several workers may share a machine, so a
 * port that is taken is skipped for the next free one.
 */
export async function listenForScrapes(
  { HOST, METRICS_PORT }: ScrapeAddress,
  exposition: Exposition,
  logger: Logger,
): Promise<ScrapeListener> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\/?(\?.*)?$/, '');
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    exposition.text().then(
      (text) => response.writeHead(200, { 'content-type': exposition.contentType }).end(text),
      (error: unknown) => {
        logger.error({ reason: messageOf(error) }, 'Metrics scrape failed');
        response.writeHead(500).end();
      },
    );
  });
  const port = await listenFrom(METRICS_PORT, HOST, server);
  if (port === METRICS_PORT) logger.info({ port }, 'Serving metrics');
  else {
    logger.warn(
      { port, wanted: METRICS_PORT },
      `Port ${METRICS_PORT} is taken: metrics are served at ${port} (set METRICS_PORT to choose)`,
    );
  }
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function listenFrom(wanted: number, host: string, server: Server): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + TRIES, 65_536); port += 1) {
    if (await tryListen(port, host, server)) return (server.address() as AddressInfo).port;
  }
  throw new Error(
    `No free port for metrics among the ${TRIES} from ${wanted} on; set METRICS_PORT`,
  );
}

/** @returns false when the port is taken */
async function tryListen(port: number, host: string, server: Server): Promise<boolean> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw new Error(
      `Serving metrics at ${host}:${port} failed: ${messageOf(error)}; set HOST to an address of this machine, ` +
        'or METRICS_PORT to another port, or to 0 to disable metrics',
      { cause: error },
    );
  }
}
