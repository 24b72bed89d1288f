import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Log } from './main';

const TRIES = 200;

/**
 * Below the ports that systems hand out by themselves (Linux from 32768 on): one of those may be another program's
 * outgoing connection by the time that a server has started.
 */
const ANY = [10_000, 32_000] as const;

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
  const first = wanted === 0 ? randomInt(...ANY) : wanted;
  for (let port = first; port < Math.min(first + TRIES, 65_536); port += 1) {
    const free = await probe(port, '127.0.0.1');
    if (free === null) continue;
    if (port !== wanted && wanted !== 0) {
      log(`Port ${wanted} is taken: ${what} listens on ${free} (set ${variable} to choose)`);
    }
    return free;
  }
  throw new Error(
    `Expected a free port for ${what} from ${first} on, found none in ${TRIES}; set ${variable}`,
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
