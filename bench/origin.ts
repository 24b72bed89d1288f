import { createServer } from 'node:http';
import sharp from 'sharp';
import { makePictures } from './pictures';

/** Number of different pictures that all links share; each is made once. */
const PICTURES = 20;
const TINY = 64;

/**
 * Runs an origin in a separate process. It serves photo-like JPEGs of 1200×900 at any path, and of 64×64 below `/tiny/`;
 * in front of either, `/wait-300` makes it wait 300 ms. It accepts every POST like a webhook receiver. Prints its
 * address when it is ready.
 */
async function main(): Promise<void> {
  const photos = await makePictures(PICTURES, 'jpg');
  const tiny = await Promise.all(
    photos.map((photo) => sharp(photo).resize(TINY, TINY).jpeg({ quality: 85 }).toBuffer()),
  );
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      request.resume().once('end', () => response.writeHead(204).end());
      return;
    }
    const { wait, folder, number } =
      /^(\/wait-(?<wait>\d+))?(?<folder>\/tiny)?.*\/(?<number>\d+)\.jpg/.exec(request.url ?? '')
        ?.groups ?? {};
    const picture = (folder === undefined ? photos : tiny)[Number(number ?? 0) % PICTURES];
    const answer = () => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
    if (wait === undefined) answer();
    else setTimeout(answer, Number(wait));
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
