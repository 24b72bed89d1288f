import { createConnection } from 'mongoose';
import { openRecords } from '../../src/records/open';
import { isUnavailable } from '../../src/records/unavailable';
import { startMongodbLine } from '../support/mongodbLine';

const FAILURE = { code: 'timeout', message: 'late' } as const;

describe('isUnavailable(error)', () => {
  it.each([
    ['bulk write', 'record'],
    ['read', 'findMany'],
  ] as const)('recognizes a lost connection in a %s', async (_when, call) => {
    const line = await startMongodbLine();
    const { images, close } = await openRecords(`mongodb://${line.host}/unavailable`);
    try {
      await images.findMany('none', ['0-0']);
      line.cut();
      const asked =
        call === 'record'
          ? images.record('none', 1, [{ ref: '0-0', at: 1, places: 1, failure: FAILURE }])
          : images.findMany('none', ['0-0']);
      const error: unknown = await asked.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      expect(isUnavailable(error)).toBe(true);
    } finally {
      await close();
      await line.close();
    }
  });

  it('does not match an error of the server in a bulk write', async () => {
    const uri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'unavailable');
    const connection = await createConnection(uri).asPromise();
    try {
      const rows = connection.collection<{ _id: string }>('rows');
      const refused = rows.insertMany([{ _id: 'none/1' }, { _id: 'none/1' }], { ordered: false });
      const error: unknown = await refused.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 11000 });
      expect(isUnavailable(error)).toBe(false);
      await rows.deleteMany({ _id: 'none/1' });
    } finally {
      await connection.close();
    }
  });
});
