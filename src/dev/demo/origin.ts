import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makePicture, type Picture } from './pictures';

const PICTURE = /^\/pictures\/([a-z0-9-]+\.(?:jpg|png|webp))$/;
const FAILURES_BEFORE_SUCCESS = 2;

export interface Origin {
  /** Has no trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves pictures on loopback, at a free port. Some names make it fail as hosts on the internet do: `-missing` gets
 * 404, `-flaky` gets 503 twice before it succeeds, and `-corrupt` is cut in half.
 */
export async function startOrigin(): Promise<Origin> {
  const refused = new Map<string, number>();

  async function answer(name: string): Promise<Picture | number> {
    if (name.includes('-missing.')) return 404;
    const refusals = refused.get(name) ?? 0;
    if (name.includes('-flaky.') && refusals < FAILURES_BEFORE_SUCCESS) {
      refused.set(name, refusals + 1);
      return 503;
    }
    const picture = await makePicture(name);
    if (!name.includes('-corrupt.')) return picture;
    return { ...picture, bytes: picture.bytes.subarray(0, picture.bytes.length / 2) };
  }

  const server = createServer((request, response) => {
    const name = PICTURE.exec(request.url ?? '')?.[1];
    (name === undefined ? Promise.resolve(404) : answer(name)).then(
      (found) => {
        if (typeof found === 'number') response.writeHead(found).end();
        else response.writeHead(200, { 'content-type': found.contentType }).end(found.bytes);
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
