import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { HostileHosts } from './attack';
import { becomeAttacker } from './becomeAttacker';
import { makeWorstPictures } from './worstPictures';

const HANGING_HOSTS = 6;
const BOMB_BYTES = 256 * 2 ** 20;
const CHUNK = Buffer.alloc(64 * 1024, 0x5a);

/**
 * Runs all hostile hosts: some accept connections and never answer, one answers slowly, endlessly, with redirects that
 * go round, with bombs, and with the worst pictures. Sends their addresses to the process that started it.
 */
async function main(): Promise<void> {
  becomeAttacker();
  const pictures = await makeWorstPictures();
  const bomb = gzipSync(Buffer.alloc(BOMB_BYTES));
  const answers: Readonly<Record<string, (response: ServerResponse, name: string) => void>> = {
    slow(response) {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      repeat(response, 1000, () => response.write('.'));
    },
    endless(response) {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      repeat(response, 20, () => response.write(CHUNK));
    },
    loop(response) {
      const location = `/loop/${Math.random()}`;
      response.writeHead(302, { location }).end();
    },
    bomb(response) {
      response
        .writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' })
        .end(bomb);
    },
    picture(response, name) {
      response.writeHead(200).end(pictures.get(name));
    },
  };
  const server = createServer((request, response) => {
    const [, kind = '', name = ''] = (request.url ?? '').split(/[/?]/);
    const answer = answers[kind];
    if (answer === undefined) response.writeHead(404).end();
    else answer(response, name);
  });
  const hanging = Array.from({ length: HANGING_HOSTS }, () =>
    createTcpServer((socket) => socket.on('error', () => undefined).resume()),
  );
  const [url = '', ...hangingUrls] = await Promise.all([server, ...hanging].map(listen));
  process.send?.({
    url,
    hanging: hangingUrls,
    pictures: [...pictures.keys()],
  } satisfies HostileHosts);
}

function repeat(response: ServerResponse, ms: number, write: () => void): void {
  const timer = setInterval(() => {
    // Without a limit, our own memory would grow for a reader that does not read.
    if (response.writableLength < 2 ** 20) write();
  }, ms);
  response.once('close', () => {
    clearInterval(timer);
  });
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

void main();
