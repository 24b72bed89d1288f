import {
  formatReport,
  surveyImages,
  type Outcome,
  type ReportedImage,
} from '../../../src/dev/demo/report';

const succeeded: ReportedImage = {
  row: 1,
  source_url: 'http://a/1',
  status: 'succeeded',
  attempts: 1,
  error: null,
};
const failed = (
  row: number,
  code: string,
  source_url: string | null = `http://a/${row}`,
): ReportedImage => ({
  row,
  source_url,
  status: 'failed',
  attempts: 1,
  error: { code, message: `Expected better than ${code}` },
});

async function* streamed(images: readonly ReportedImage[]): AsyncGenerator<ReportedImage> {
  yield* await Promise.resolve(images);
}
const survey = (...images: ReportedImage[]) => surveyImages(streamed(images));

async function outcome(changes: Partial<Outcome> = {}): Promise<Outcome> {
  return {
    request: {
      request_id: 'b7c0',
      status: 'completed_with_errors',
      details: '4 of 6 images compressed, 2 failed',
      counts: { total: 6, succeeded: 4, failed: 2, pending: 0 },
      bytes: { in: 10_000_000, out: 2_500_000 },
    },
    survey: await survey(succeeded, failed(2, 'not_found'), failed(3, 'no_links', null)),
    seconds: 3.14,
    webhook: { id: 'b7c0.1', body: '{"request_id":"b7c0"}', fault: null },
    page: 'http://page/requests/b7c0',
    webUi: 'http://ui/workflows/b7c0',
    keep: false,
    folder: '/tmp/demo',
    resultFile: '/tmp/demo/result.csv',
    failedFile: '/tmp/demo/failed.csv',
    pictures: ['s3://images/files/b7c0/', 'on a server'],
    ...changes,
  };
}
const report = async (changes: Partial<Outcome> = {}) => formatReport(await outcome(changes));

describe('surveyImages', () => {
  it('counts failures by code, with the first few links', async () => {
    const images = [1, 2, 3, 4, 5].map((row) => failed(row, 'not_found'));
    const { failures } = await survey(...images, failed(6, 'corrupt_image'));
    expect(failures.get('not_found')).toEqual({
      message: 'Expected better than not_found',
      count: 5,
      examples: ['http://a/1', 'http://a/2', 'http://a/3'],
    });
    expect(failures.get('corrupt_image')).toMatchObject({ count: 1 });
  });

  it('names the row of a bad row', async () => {
    const { failures } = await survey(failed(7, 'no_links', null));
    expect(failures.get('no_links')).toMatchObject({ examples: ['row 7'] });
  });

  it('counts images that succeeded at a later attempt', async () => {
    const { retried } = await survey(succeeded, { ...succeeded, attempts: 3 });
    expect(retried).toBe(1);
  });
});

describe('formatReport', () => {
  it('reports the outcome on one page', async () => {
    expect(await report()).toBe(
      [
        'Request      b7c0',
        '             completed_with_errors: 4 of 6 images compressed, 2 failed',
        'Time         3.1 s',
        'Bytes        10.0 MB in, 2.5 MB out: 75 % saved',
        'Failed       1 × not_found: Expected better than not_found',
        '               http://a/2',
        '             1 × no_links: Expected better than no_links',
        '               row 3',
        'Result CSV   /tmp/demo/result.csv',
        'Failed rows  /tmp/demo/failed.csv',
        '             to correct and upload again',
        'Pictures     s3://images/files/b7c0/',
        '             on a server',
        'Webhook      received as b7c0.1, signature verified',
        '             {"request_id":"b7c0"}',
        'Page         http://page/requests/b7c0',
        'Web UI       http://ui/workflows/b7c0',
        '             both while the servers run: `npm run demo -- --keep` leaves them up until Ctrl-C',
        'Clean up     rm -r /tmp/demo',
        '',
      ].join('\n'),
    );
  });

  it('omits failures and retries when there were none', async () => {
    const { request } = await outcome();
    const text = await report({
      request: { ...request, counts: { total: 1, succeeded: 1, failed: 0, pending: 0 } },
      survey: await survey(succeeded),
      failedFile: null,
    });
    expect(text).toContain('Failed       nothing\n');
    expect(text).not.toContain('Failed rows');
    expect(text).not.toContain('Retried');
  });

  it('states how many failures it does not list', async () => {
    const images = [1, 2, 3, 4, 5].map((row) => failed(row, 'not_found'));
    expect(await report({ survey: await survey(...images) })).toContain('… and 2 more\n');
  });

  it('reports images that succeeded at a later attempt', async () => {
    expect(await report({ survey: await survey({ ...succeeded, attempts: 3 }) })).toContain(
      'Retried      1 image succeeded at a later attempt\n',
    );
  });

  it('says why a signature is invalid', async () => {
    const webhook = { id: 'b7c0.1', body: '{}', fault: 'No matching signature found' };
    expect(await report({ webhook })).toContain('not verified: No matching signature found');
  });

  it('states no savings when nothing was downloaded', async () => {
    const { request } = await outcome();
    const text = await report({ request: { ...request, bytes: { in: 0, out: 0 } } });
    expect(text).toContain('Bytes        0.0 MB in, 0.0 MB out\n');
  });
});
