import { clientOf } from '../support/api';
import { all, finished, sheet, uploaded } from '../support/calls';
import { startOrigin, status, type Origin } from '../support/origin';
import { UNKNOWN } from '../support/requestStage';
import { startService, type Service } from '../support/service';

describe('GET /image/requests/{request_id}/failures', () => {
  let service: Service;
  let origin: Origin;
  let id: string;
  let host: string;
  const client = () => clientOf(service.url);

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService();
    ({ host } = new URL(origin.url));
    const gone = origin.on('/gone.jpg', status(404));
    const secret = origin.on('/secret.jpg', status(403));
    id = await uploaded(service.url, sheet(`1,A,"${gone}, ${secret}"`, `2,B,${gone}`, '3,C,'));
    await finished(service.url, id);
  });
  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  it('groups by code and host, the most frequent first, and counts a link wherever it stands', async () => {
    const { groups } = await client().failures(id);
    expect(groups.map(({ code, host, count }) => [code, host, count])).toEqual([
      ['not_found', host, 2],
      ['http_403', host, 1],
      ['no_links', null, 1],
    ]);
    expect(groups.map(({ example_url }) => example_url)).toEqual([
      `${origin.url}/gone.jpg`,
      `${origin.url}/secret.jpg`,
      null,
    ]);
  });

  it('leads to the images of a group by its code and host', async () => {
    const ofHost = await all(client().images(id, { host: host.toUpperCase() }));
    expect(ofHost).toHaveLength(3);
    const gone = await all(client().images(id, { status: 'failed', code: 'not_found', host }));
    expect(gone.map(({ row }) => row)).toEqual([1, 2]);
    expect(await all(client().images(id, { code: 'no_links' }))).toMatchObject([{ row: 3 }]);
  });

  it('is 404 for an unknown request', async () => {
    await expect(client().failures(UNKNOWN)).rejects.toMatchObject({ status: 404 });
  });
});
