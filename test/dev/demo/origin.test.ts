import sharp from 'sharp';
import { startOrigin, type Origin } from '../../../src/dev/demo/origin';

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.stop());

const get = (name: string) => fetch(`${origin.url}/pictures/${name}`);
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe('the origin of the demo', () => {
  it('serves a picture for a name', async () => {
    const answer = await get('mug.webp');
    expect(answer.headers.get('content-type')).toBe('image/webp');
    await expect(sharp(await bytesOf(answer)).metadata()).resolves.toMatchObject({
      format: 'webp',
    });
  });

  it('answers 404 for a missing picture', async () => {
    expect((await get('mug-missing.jpg')).status).toBe(404);
  });

  it('answers 503 twice for a flaky picture, then 200', async () => {
    const statuses = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const answer = await get('mug-flaky.jpg');
      await answer.arrayBuffer();
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([503, 503, 200, 200]);
  });

  it('cuts a corrupt picture in half', async () => {
    const bytes = await bytesOf(await get('mug-corrupt.jpg'));
    await expect(sharp(bytes).metadata()).resolves.toMatchObject({ format: 'jpeg' });
    await expect(sharp(bytes, { failOn: 'warning' }).stats()).rejects.toThrow('premature end');
  });

  it.each(['/', '/pictures/', '/pictures/mug.gif', '/pictures/../mug.jpg', '/pictures/Mug.jpg'])(
    'serves nothing at %s',
    async (path) => {
      expect((await fetch(`${origin.url}${path}`)).status).toBe(404);
    },
  );
});
