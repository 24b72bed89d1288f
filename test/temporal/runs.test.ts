import { createRuns } from '../../src/temporal/runs';

const UNREACHED = { connection: { address: '127.0.0.1:1' }, namespace: 'shop/images' };

describe('pageOf(requestId)', () => {
  it('is the page of the workflow in the Web UI', async () => {
    const runs = createRuns({ ...UNREACHED, uiUrl: 'https://ui.example/temporal' }, 'queue');
    expect(runs.pageOf('5efa2c81')).toBe(
      'https://ui.example/temporal/namespaces/shop%2Fimages/workflows/image-request%2F5efa2c81',
    );
    await runs.close();
  });

  it('is null when the address of the Web UI is not known', async () => {
    const runs = createRuns(UNREACHED, 'queue');
    expect(runs.pageOf('5efa2c81')).toBeNull();
    await runs.close();
  });
});
