import { recordAttempts } from '../../activities/attempt';
import { openRecords, type Records } from '../../src/records/open';
import type { CompressedImage, ImageFailure, ImageRecord } from '../../src/records/types';
import { requestRecord } from '../support/recorded';

const ID = 'fenced';
const REF = '0-0';

let records: Records;
beforeAll(async () => {
  const uri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'images');
  records = await openRecords(uri);
});
beforeEach(() => records.requests.create(requestRecord({ _id: ID, lanes: [1] })));
afterEach(() => records.requests.remove(ID));
afterAll(() => records.close());

async function insert(image: Partial<ImageRecord>): Promise<void> {
  await records.images.insert([
    {
      _id: `${ID}/${REF}`,
      request_id: ID,
      url: 'http://a/1.jpg',
      places: 1,
      attempts: 0,
      status: 'pending',
      round: 1,
      error: null,
      retry_at: null,
      result: null,
      ...image,
    },
  ]);
}

const found = async () => (await records.images.findMany(ID, [REF])).get(REF);

describe('The image of a data: link', () => {
  it('is returned by itself, not in lists of images', async () => {
    await insert({ url: 'data:image/png (1 KB)', data: Buffer.from('the bytes') });
    expect(await records.images.dataOf(ID, REF)).toEqual(Buffer.from('the bytes'));
    expect(await found()).toMatchObject({ url: 'data:image/png (1 KB)', status: 'pending' });
    expect(await found()).not.toHaveProperty('data');
  });

  it('stays for the next round', async () => {
    await insert({ data: Buffer.from('the bytes'), status: 'failed' });
    await records.images.reopen(ID, 2, [REF]);
    expect(await records.images.dataOf(ID, REF)).toEqual(Buffer.from('the bytes'));
  });

  it('is null for an image without it, and for an unknown image', async () => {
    await insert({});
    expect(await records.images.dataOf(ID, REF)).toBeNull();
    expect(await records.images.dataOf(ID, '9-9')).toBeNull();
  });
});

describe('A stale writer', () => {
  it('does not close an image of a later round', async () => {
    await insert({ round: 2 });
    await records.images.close(ID, 1, [REF]);
    expect(await found()).toMatchObject({ round: 2 });
  });

  it('does not move an image to an earlier round', async () => {
    await insert({ round: 3, attempts: 2 });
    await records.images.reopen(ID, 2, [REF]);
    expect(await found()).toMatchObject({ round: 3, attempts: 2 });
  });

  it('does not lower the number of attempts', async () => {
    await insert({ attempts: 3 });
    const failure = { code: 'timeout', message: 'late' } as const;
    const attempt = { ref: REF, at: 2, places: 1, failure, retryAt: new Date() };
    expect(await records.images.record(ID, 1, [attempt])).toBe(0);
    expect(await found()).toMatchObject({ attempts: 3 });
  });
});

describe('A round', () => {
  it.each([1, null])('reopens an image that failed in round %j', async (round) => {
    await insert({ round, status: 'failed', attempts: 5 });
    await records.images.reopen(ID, 2, [REF]);
    expect(await found()).toMatchObject({ round: 2, status: 'pending', attempts: 0 });
  });
});

describe('An attempt after a failure', () => {
  const waiting: Partial<ImageRecord> = {
    attempts: 1,
    error: { code: 'timeout', message: 'No answer within 30 s' },
    retry_at: new Date(0),
  };
  const failure: ImageFailure = { code: 'http_5xx', message: 'Answered 503' };
  const result: CompressedImage = {
    file: '0-0-abc.jpg',
    bytes_in: 10,
    bytes_out: 5,
    width: 1,
    height: 1,
    format: 'jpeg',
    note: null,
  };

  it.each([
    ['that succeeds leaves nothing of it', { result }, { status: 'succeeded', error: null }],
    ['that is the last one ends it', { failure }, { status: 'failed', error: failure }],
    [
      'that is not the last one is awaited',
      { failure, retryAt: new Date(1_000) },
      { status: 'pending', error: failure, retry_at: new Date(1_000) },
    ],
  ] as const)('%s', async (_, outcome, expected) => {
    await insert(waiting);
    const before = await found();
    if (before === undefined) throw new Error('Expected the image');
    const attempt = { ref: REF, at: 2, places: 1, ...outcome };
    const images = new Map([[REF, before]]);
    const known = await recordAttempts({ records }, { requestId: ID, round: 1 }, images, [attempt]);
    const after = await found();
    expect(after).toMatchObject({ attempts: 2, retry_at: null, ...expected });
    // What the activity that made the attempt goes on with, without reading it again.
    expect(known.get(REF)).toEqual(after);
  });
});
