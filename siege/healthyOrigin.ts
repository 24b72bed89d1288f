import { createServer } from 'node:http';
import sharp from 'sharp';
import { makePicture } from '../src/dev/demo/pictures';
import { VICTIM_IMAGES } from './victim';

/** Serves small pictures, each at its number, as the other caller's host does. Prints its address when it is ready. */
async function main(): Promise<void> {
  const pictures = await Promise.all(
    Array.from({ length: VICTIM_IMAGES }, async (_, index) =>
      sharp((await makePicture(`${index}.jpg`)).bytes)
        .resize(600, 400, { fit: 'cover' })
        .jpeg({ quality: 92 })
        .toBuffer(),
    ),
  );
  const server = createServer((request, response) => {
    const number = Number(/(\d+)\.jpg$/.exec(request.url ?? '')?.[1] ?? 0);
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(pictures[number]);
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
