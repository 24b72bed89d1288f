import fc from 'fast-check';
import { createCompressor } from '../../../src/images/compress';
import { compress, options } from '../../support/compress';
import { corruptPhoto, photo } from '../../support/pictures';

const never = new AbortController().signal;

describe('compress: admission', () => {
  it('throws the reason when aborted before work began', async () => {
    const reason = new Error('cancelled');
    const aborted = compress(await photo(), {}, AbortSignal.abort(reason));
    await expect(aborted).rejects.toBe(reason);
  });

  it('continues after any mixture of pictures that succeed, fail or are aborted', async () => {
    const { compress: compressFew } = createCompressor({ MAX_IMAGE_PIXELS: 320 * 240 });
    const [whole, broken] = [await photo(), await corruptPhoto()];
    const kind = fc.constantFrom('whole', 'broken', 'aborted');
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { minLength: 5, maxLength: 20 }), async (kinds) => {
        const work = kinds.map(async (one) => {
          const controller = new AbortController();
          if (one === 'aborted') {
            setImmediate(() => {
              controller.abort();
            });
          }
          await compressFew(one === 'broken' ? broken : whole, options({}), controller.signal, 'a');
        });
        await Promise.allSettled(work);
        await expect(compressFew(whole, options({}), never, 'a')).resolves.toBeDefined();
      }),
      { numRuns: 10 },
    );
  });
});
