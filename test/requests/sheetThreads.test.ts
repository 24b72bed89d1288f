import path from 'node:path';
import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';
import { createSheetThreads } from '../../src/requests/sheetThreads';
import { validateSheet } from '../../src/requests/validateSheet';
import { sheet } from '../support/calls';
import { withFile } from '../support/temporaryFile';

const SCRIPT = path.join(__dirname, '..', '..', 'dist', 'src', 'requests', 'validateThread.js');
const OPTIONS = { ...DEFAULT_SHEET_OPTIONS, strict: false, maxImages: 1_000_000 };

/** About 1 MB of rows that cannot be used, and one that can. */
const COSTLY = sheet(
  ...Array.from({ length: 20_000 }, (_, row) => `${row},"a product ""with"" quotes,no link at all`),
  '1,a,http://a.example/a.jpg',
);

/** More than is read in this thread. */
const MANY = Array.from(
  { length: 200 },
  (_, row) => `${row + 3},a product,http://a.example/${row}.jpg`,
);

const LIMITS = { atOnce: 1, waiting: 2 };

const threads = createSheetThreads(SCRIPT);
afterAll(() => threads.close());

describe('createSheetThreads(script).validate(file, options)', () => {
  it.each([
    ['of a tiny file', []],
    ['of a file that is read in another thread', MANY],
  ])('returns what validateSheet returns %s', (_, more) =>
    withFile(sheet('1,a,http://a.example/a.jpg', '2,b,nothing', ...more), async (file) => {
      expect(await threads.validate(file, OPTIONS)).toEqual(await validateSheet(file, OPTIONS));
    }),
  );

  it('reads a tiny file without starting a thread', () =>
    withFile(sheet('1,a,http://a.example/a.jpg'), async (file) => {
      const broken = createSheetThreads(`${SCRIPT}.missing`);
      expect(await broken.validate(file, OPTIONS)).toMatchObject({ rows: 1, links: 1 });
      await broken.close();
    }));

  it.each([
    ['of a tiny file', []],
    ['of a file that is read in another thread', MANY],
  ])('refuses with the same code, message and faults %s', (_, more) =>
    withFile(sheet('1,a,http://a.example/a.jpg', '2,b,nothing', ...more), async (file) => {
      const strict = { ...OPTIONS, strict: true };
      const expected: unknown = await validateSheet(file, strict).catch((error: unknown) => error);
      await expect(threads.validate(file, strict)).rejects.toEqual(expected);
      await expect(threads.validate(file, strict)).rejects.toMatchObject({
        name: 'Refusal',
        code: 'invalid',
        faults: [{ loc: ['body', 'file', 'row 2'] }],
      });
    }),
  );

  it('lets the event loop run while files that are costly to read are read', () =>
    withFile(COSTLY, async (file) => {
      const state = { ended: false };
      const reading = Promise.all(
        Array.from({ length: 6 }, () => threads.validate(file, OPTIONS)),
      ).then(() => {
        state.ended = true;
      });
      let turns = 0;
      while (!state.ended) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        turns += 1;
      }
      await reading;
      // In this thread, each file is read in a few turns of the loop.
      expect(turns).toBeGreaterThan(100);
    }));

  it('does not let a small file wait for large ones', () =>
    withFile(COSTLY, (costly) =>
      withFile(sheet('1,a,http://a.example/a.jpg'), async (file) => {
        let read = 0;
        const reading = Array.from({ length: 6 }, () =>
          threads.validate(costly, OPTIONS).then(() => (read += 1)),
        );
        await threads.validate(file, OPTIONS);
        expect(read).toBeLessThan(6);
        await Promise.all(reading);
      }),
    ));

  it('refuses as unavailable when too many files wait', () =>
    withFile(COSTLY, async (file) => {
      const few = createSheetThreads(SCRIPT, { small: LIMITS, large: LIMITS });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 6 }, () => few.validate(file, OPTIONS)),
      );
      await few.close();
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(3);
      for (const one of refused) expect(one).toMatchObject({ reason: { code: 'unavailable' } });
    }));
});
