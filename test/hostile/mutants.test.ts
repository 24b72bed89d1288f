import { mutantOf } from './mutants';
import { errorOf, showsInternals } from './outcomes';

const COUNT = 2_000;
const BATCH = 200;

describe('a picture with changed bytes', () => {
  it('is the same for the same seed', async () => {
    const [one, other, next] = [await mutantOf(7), await mutantOf(7), await mutantOf(8)];
    expect(one.bytes.equals(other.bytes)).toBe(true);
    expect(one.bytes.equals(next.bytes)).toBe(false);
  });

  const batches = Array.from({ length: COUNT / BATCH }, (_, index) => index * BATCH);

  it.each(batches)('is compressed or permanently refused: seeds from %i', async (first) => {
    const wrong: unknown[] = [];
    for (let seed = first; seed < first + BATCH; seed += 1) {
      const { bytes, format } = await mutantOf(seed);
      const error = await errorOf(bytes).catch((thrown: unknown) => {
        wrong.push({ seed, format, thrown });
        return null;
      });
      if (error !== null && (error.retryable || showsInternals(error.message))) {
        wrong.push({ seed, format, code: error.code, message: error.message });
      }
    }
    expect(wrong).toEqual([]);
  });
});
