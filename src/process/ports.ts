import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Log } from './main';

const TRIES = 200;

/**
 * Below the ephemeral ports (on Linux from 32768 on): one of those may be in use by an outgoing connection by the time
 * that a server has started.
 */
const RANDOM_RANGE = [10_000, 32_000] as const;

/**
 * Returns the wanted port or, when it is taken, the next free one.
 *
 * @param wanted 0 for any free port
 */
export async function freePort(
  what: string,
  variable: string,
  wanted: number,
  log: Log,
): Promise<number> {
  const first = wanted === 0 ? randomInt(...RANDOM_RANGE) : wanted;
  for (let port = first; port < Math.min(first + TRIES, 65_536); port += 1) {
    const free = await probe(port, '127.0.0.1');
    if (free === null) continue;
    if (port !== wanted && wanted !== 0) {
      log(`Port ${wanted} is taken: ${what} listens on ${free} (set ${variable} to choose)`);
    }
    return free;
  }
  throw new Error(`No free port for ${what} among the ${TRIES} from ${first} on; set ${variable}`);
}

/** Tries to listen on a port. @returns the port; `null` when it is taken */
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
