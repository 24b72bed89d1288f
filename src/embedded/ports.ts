import { createServer } from 'node:net';
import type { Log } from './commands';

const TRIES = 200;

/**
 * The port asked for or, when it is taken, the next free one.
 *
 * @param wanted 0 for any free one
 */
export async function freePort(
  what: string,
  variable: string,
  wanted: number,
  log: Log,
): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + TRIES, 65_536); port += 1) {
    const free = await probe(port, '127.0.0.1');
    if (free === null) continue;
    if (port !== wanted && wanted !== 0) {
      log(`Port ${wanted} is taken: ${what} listens on ${free} (set ${variable} to choose)`);
    }
    return free;
  }
  throw new Error(
    `Expected a free port for ${what} from ${wanted} on, found none in ${TRIES}; set ${variable}`,
  );
}

/** @returns the port that could be listened on just now; `null` when it is taken */
export function probe(port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  });
}
