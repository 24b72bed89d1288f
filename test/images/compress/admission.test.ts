import { compress } from '../../../src/images/compress';
import type { Cost } from '../../../src/images/cost';
import { options } from '../../support/compress';
import { photo, picture } from '../../support/pictures';

const LIMITS = { MAX_IMAGE_PIXELS: 60_000_000 };

async function costOf(bytes: Buffer, given: Parameters<typeof options>[0] = {}): Promise<Cost> {
  const costs: Cost[] = [];
  const leave = new Error('left');
  const left = compress(bytes, options(given), LIMITS, (cost) => {
    costs.push(cost);
    throw leave;
  });
  await expect(left).rejects.toBe(leave);
  const [cost] = costs;
  if (cost === undefined) throw new Error('Expected a cost');
  return cost;
}

describe('compress: admission', () => {
  it('leaves an image before it is decoded when the caller does not admit its cost', async () => {
    const cost = await costOf(await photo());
    expect(cost.memoryBytes).toBeGreaterThan(320 * 240 * 3);
    expect(cost.cpuSeconds).toBeGreaterThan(0);
  });

  it('expects more of AVIF than of other formats, and less of a smaller result', async () => {
    const bytes = await picture(1000, 800).jpeg().toBuffer();
    const [jpeg, avif, small] = [
      await costOf(bytes),
      await costOf(bytes, { format: 'avif' }),
      await costOf(bytes, { format: 'avif', max_width: 100 }),
    ];
    expect(avif.cpuSeconds).toBeGreaterThan(10 * jpeg.cpuSeconds);
    expect(avif.memoryBytes).toBeGreaterThan(jpeg.memoryBytes);
    expect(small.cpuSeconds).toBeLessThan(avif.cpuSeconds / 5);
  });
});
