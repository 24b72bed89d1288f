import { randomUUID } from 'node:crypto';
import type { ImageDetail } from '../../contract/http/images';
import { call, clientOf } from '../support/api';
import { finished, imagesOf, sheet, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { imageRecord, requestRecord, rowRecord, succeeded } from '../support/recorded';
import { startService, type Service } from '../support/service';

describe('GET /image/requests/{request_id}/images/{row}/{position}', () => {
  let service: Service;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService();
    origin.on('/a.jpg', bytes(await photo()));
    origin.on('/gone.jpg', status(404));
  });
  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  async function processed(...lists: readonly (readonly string[])[]): Promise<string> {
    const id = await uploaded(service.url, sheetOf(...lists));
    await finished(service.url, id);
    return id;
  }

  const image = (id: string, row = 1, position = 1) =>
    clientOf(service.url).image(id, row, position);
  const eventsOf = ({ timeline }: ImageDetail) => timeline.map(({ event }) => event);

  it('answers with the image as it is listed', async () => {
    const id = await processed([`${origin.url}/a.jpg`, `${origin.url}/gone.jpg`]);
    const listed = await imagesOf(service.url, id);
    for (const position of [1, 2]) {
      const { timeline: _, ...rest } = await image(id, 1, position);
      expect(rest).toEqual(listed[position - 1]);
    }
  });

  it('tells when an image was queued, waited, downloaded, compressed and stored', async () => {
    const detail = await image(await processed([`${origin.url}/a.jpg`]));
    expect(eventsOf(detail)).toEqual(['queued', 'waited', 'downloaded', 'compressed', 'stored']);
    const times = detail.timeline.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    const durations = detail.timeline.slice(1).map(({ ms }) => ms);
    expect(durations.every((ms) => ms !== null && ms >= 0)).toBe(true);
    expect(detail.timeline[2]?.detail).toBe(`${detail.bytes_in ?? 0} bytes`);
  });

  it('tells of each attempt that was followed by another one', async () => {
    const flaky = origin.on('/flaky.jpg', status(503), status(503), bytes(await photo()));
    const detail = await image(await processed([flaky]));
    expect(eventsOf(detail)).toEqual([
      'queued',
      'retried',
      'retried',
      'waited',
      'downloaded',
      'compressed',
      'stored',
    ]);
    expect(detail.timeline[2]?.detail).toBe('Attempt 2 failed: http_5xx');
  });

  it('ends with the error of an image that failed', async () => {
    const detail = await image(await processed([`${origin.url}/gone.jpg`]));
    expect(eventsOf(detail)).toEqual(['queued', 'waited', 'failed']);
    expect(detail.timeline[2]?.detail).toBe(detail.error?.message);
  });

  it('has no download of an image that is written into its link', async () => {
    const link = `data:image/jpeg;base64,${(await photo()).toString('base64')}`;
    const detail = await image(await processed([link]));
    expect(eventsOf(detail)).toEqual(['queued', 'compressed', 'stored']);
  });

  it('starts anew when the request is retried', async () => {
    const late = origin.on('/late.jpg', status(404), bytes(await photo()));
    const id = await processed([late]);
    const before = await image(id);
    await clientOf(service.url).retry(id);
    await finished(service.url, id);
    const after = await image(id);
    expect(eventsOf(after)).toEqual(['queued', 'waited', 'downloaded', 'compressed', 'stored']);
    const [ended, queued] = [before.timeline.at(-1)?.at ?? '', after.timeline[0]?.at ?? ''];
    expect(queued > ended).toBe(true);
  });

  it('is empty for an image that an older version processed', async () => {
    const { requests, rows, images } = service.records;
    const _id = randomUUID();
    await requests.create(requestRecord({ _id, state: 'completed' }));
    await rows.insert([rowRecord(_id, 1, ['0-0'])]);
    await images.insert([imageRecord(_id, '0-0', succeeded('0-0'))]);
    expect((await image(_id)).timeline).toEqual([]);
  });

  it.each([
    ['an unknown request', '', '1/1', 'Request ID not found'],
    ['a row behind the last', 'id', '3/1', 'Row not found'],
    ['row 0', 'id', '0/1', 'Row not found'],
    ['a row that is no number', 'id', 'x/1', 'Row not found'],
    ['a position behind the last', 'id', '1/2', 'The row has no such position'],
    ['position 0', 'id', '1/0', 'The row has no such position'],
    ['a negative position', 'id', '1/-1', 'The row has no such position'],
    [
      'a position of a bad row',
      'id',
      '2/1',
      'The row is a bad one and has no images; the list of images shows its error',
    ],
  ])('answers 404 to %s', async (_, known, path, detail) => {
    const text = sheet(`1,A,${origin.url}/a.jpg`, '2,B,not a link');
    const id = known === '' ? randomUUID() : await uploaded(service.url, text);
    if (known !== '') await finished(service.url, id);
    const response = await call(`${service.url}/image/requests/${id}/images/${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ detail });
  });
});
