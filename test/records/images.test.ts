import { openRecords, type Records } from '../../src/records/open';
import type { ImageRecord } from '../../src/records/types';

const ID = 'fenced';
const REF = '0-0';

let records: Records;
beforeAll(async () => {
  const uri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'images');
  records = await openRecords(uri);
});
afterEach(() => records.requests.remove(ID));
afterAll(() => records.close());

async function insert(image: Partial<ImageRecord>): Promise<void> {
  await records.images.insert([
    {
      ...{ _id: `${ID}/${REF}`, request_id: ID, url: 'http://a/1.jpg', places: 1, attempts: 0 },
      ...{ status: 'pending', round: 1, error: null, retry_at: null, result: null },
      ...image,
    },
  ]);
}

const found = async () => (await records.images.findMany(ID, [REF])).get(REF);

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
    const attempt = { ref: REF, at: 2, failure, retryAt: new Date() };
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
