import { createServer } from 'node:http';
import sharp from 'sharp';
import { makePicture } from '../src/dev/demo/pictures';

/** Number of different pictures that all links share; each is made once. */
const PICTURES = 40;

/**
 * Runs an origin in a separate process. It serves photo-like JPEGs at any path, of about 10 KB below `/small/` and
 * otherwise of about 300 KB, and accepts every POST like a webhook receiver. Prints its address when it is ready.
 */
async function main(): Promise<void> {
  const pictures = await Promise.all(
    Array.from({ length: PICTURES }, async (_, index) => (await makePicture(`${index}.jpg`)).bytes),
  );
  const thumbnails = await Promise.all(
    pictures.map((picture) => sharp(picture).resize(240).jpeg({ quality: 85 }).toBuffer()),
  );
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      request.resume().once('end', () => response.writeHead(204).end());
      return;
    }
    const number = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0);
    response
      .writeHead(200, { 'content-type': 'image/jpeg' })
      .end(
        (request.url?.startsWith('/small/') === true ? thumbnails : pictures)[number % PICTURES],
      );
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') {
      process.stdout.write(`http://127.0.0.1:${address.port}\n`);
    }
  });
}

// Ends with its parent, which holds the other end of the pipe.
process.stdin.resume().once('end', () => process.exit(0));
void main();
