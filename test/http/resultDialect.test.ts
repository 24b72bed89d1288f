import { call, clientOf } from '../support/api';
import { finished, imagesOf, uploaded } from '../support/calls';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo, picture } from '../support/pictures';
import { startService, type Service } from '../support/service';

let service: Service;
let origin: Origin;

beforeAll(async () => {
  origin = await startOrigin();
  service = await startService();
  origin.on('/a.jpg', bytes(await photo()));
  origin.on('/b.jpg', bytes(await picture(90, 60).jpeg({ quality: 95 }).toBuffer()));
  origin.on(
    '/small.jpg',
    bytes(await picture(200, 150).jpeg({ quality: 30, mozjpeg: true }).toBuffer()),
  );
  origin.on('/gone.jpg', status(404));
});

afterAll(async () => {
  await service.stop();
  await origin.stop();
});

const link = (path: string) => `${origin.url}${path}`;

/** Returns the text of a result file with its byte order mark, if it has one. */
async function resultOf(id: string, only?: 'failed'): Promise<string> {
  const response = await clientOf(service.url).result(id, only === undefined ? {} : { only });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
}

/** Returns the output link of each link of the sheet. */
async function outputsOf(id: string): Promise<ReadonlyMap<string | null, string | null>> {
  const images = await imagesOf(service.url, id);
  return new Map(images.map(({ source_url, output_url }) => [source_url, output_url]));
}

describe('the result of a CSV that Excel wrote with semicolons', () => {
  it('can be opened by that Excel, and so can the failed rows', async () => {
    const lines = [
      '\uFEFFS. No.;Product Name;Input Image Urls;Preis',
      `1;Tasse;${link('/a.jpg')}, ${link('/gone.jpg')};-1,5`,
      `2;Tisch;${link('/b.jpg')};=1+1`,
      '',
    ];
    const id = await uploaded(service.url, lines.join('\r\n'));
    await finished(service.url, id);
    const outputs = await outputsOf(id);
    expect((await resultOf(id)).split('\r\n')).toEqual([
      '\uFEFFS. No.;Product Name;Input Image Urls;Preis;Output Image Urls',
      `1;Tasse;"${link('/a.jpg')}, ${link('/gone.jpg')}";"-1,5";"${outputs.get(link('/a.jpg'))},"`,
      `2;Tisch;${link('/b.jpg')};'=1+1;${outputs.get(link('/b.jpg'))}`,
      '',
    ]);
    expect((await resultOf(id, 'failed')).split('\r\n')).toEqual([
      '\uFEFFS. No.;Product Name;Input Image Urls;Preis;Errors',
      `1;Tasse;"${link('/a.jpg')}, ${link('/gone.jpg')}";"-1,5";` +
        `"2. not_found: Expected the image, received HTTP 404 (${link('/gone.jpg')})"`,
      '',
    ]);
  });
});

describe('output=replace', () => {
  /** Returns the sheet with every link shown by `show`. */
  function sheetWith(show: (path: string) => string): string {
    return [
      'S. No.,Product Name,Images',
      `1,=1+1,${show('/a.jpg')} | ${show('/gone.jpg')}`,
      `2,-5,"${show('/a.jpg')}, ${show('/small.jpg')}"`,
      `3,+x,"=IMAGE(""${show('/b.jpg')}"")"`,
      `4,@x,"[""${show('/small.jpg')}"",""${show('/b.jpg')}""]"`,
      '',
    ].join('\n');
  }

  it('replaces the links that have an output, and changes nothing else', async () => {
    const id = await uploaded(service.url, sheetWith(link), { fields: { output: 'replace' } });
    expect((await finished(service.url, id)).details).toBe('6 of 7 images compressed, 1 failed');
    const outputs = await outputsOf(id);
    const result = await resultOf(id);
    expect(result).toBe(sheetWith((path) => outputs.get(link(path)) ?? link(path)));
    expect(await resultOf(id, 'failed')).toBe(
      'S. No.,Product Name,Images,Errors\n' +
        `1,=1+1,${link('/a.jpg')} | ${link('/gone.jpg')},` +
        `"2. not_found: Expected the image, received HTTP 404 (${link('/gone.jpg')})"\n`,
    );

    const images = await imagesOf(service.url, id);
    const small = images.find(({ source_url }) => source_url === link('/small.jpg'));
    expect(small?.bytes_out).toBe(small?.bytes_in);
    const [output = ''] = /http[^ ]+/.exec(result) ?? [];
    expect((await call(output)).headers.get('content-type')).toBe('image/jpeg');
  });
});
