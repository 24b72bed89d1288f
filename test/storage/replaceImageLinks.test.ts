import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { replaceImageLinks } from '../../src/storage/replaceImageLinks';

const ID = '3f2b8c1e-0d4a-4c6b-9e7f-a1b2c3d4e5f6';
const NAME = `0-12-${'ab01'.repeat(8)}.jpg`;
const fresh = (requestId: string, name: string) =>
  `https://cdn.example/${requestId}/${name}?a=1&b=2`;

const replaced = (source: string) => text(replaceImageLinks(Readable.from([source]), ID, fresh));

/** The chunks of a text, cut at these places of its bytes. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('replaceImageLinks', () => {
  it.each([
    ['http', `http://127.0.0.1:8000/image/files/${ID}/${NAME}`],
    ['https', `https://images.example/image/files/${ID}/${NAME}`],
    ['a PUBLIC_URL with a path', `https://shop.example/api/v1/image/files/${ID}/${NAME}`],
    ['a PUBLIC_URL in capitals', `HTTPS://Images.Example/image/files/${ID}/${NAME}`],
    ['a PUBLIC_URL of many letters', `http://b\u00fccher.example/\u00e0/image/files/${ID}/${NAME}`],
    ['an IPv6 address', `http://[::1]:8000/image/files/${ID}/${NAME}`],
  ])('replaces a link with %s', async (_, link) => {
    expect(await replaced(`1,Mug,${link}\r\n`)).toBe(`1,Mug,${fresh(ID, NAME)}\r\n`);
  });

  it('writes the link with the slashes of the one that it replaces', async () => {
    const escaped = (link: string) => link.replaceAll('/', '\\/');
    const link = `https://images.example/image/files/${ID}/${NAME}`;
    const json = (url: string) => `1,"[""${escaped(url)}""]"\n`;
    expect(await replaced(json(link))).toBe(json(fresh(ID, NAME)));
  });

  it('replaces each link of a list, and keeps the empty places of failed images', async () => {
    const link = (n: number) => `http://a.example/image/files/${ID}/${n}-0-${'0'.repeat(32)}.webp`;
    const to = (n: number) => fresh(ID, `${n}-0-${'0'.repeat(32)}.webp`);
    expect(await replaced(`"${link(1)},,${link(2)}",,\n`)).toBe(`"${to(1)},,${to(2)}",,\n`);
  });

  it.each([
    ['of another request', `http://a.example/image/files/${randomUUID()}/${NAME}`],
    ['to something else', `http://a.example/image/files/${ID}/result-1.csv`],
    ['without a scheme', `//a.example/image/files/${ID}/${NAME}`],
    ['with slashes of both kinds', `http://a.example/image\\/files/${ID}/${NAME}`],
  ])('keeps a link %s', async (_, link) => {
    expect(await replaced(`1,${link}\n`)).toBe(`1,${link}\n`);
  });

  it('begins a link at the last scheme before the id', async () => {
    const link = `http://a.example/image/files/${ID}/${NAME}`;
    for (const before of ['http://shop.example/a.jpg', 'https://x', 'http://', 'HTTP://b,text ']) {
      expect(await replaced(`${before}${link}`)).toBe(`${before}${fresh(ID, NAME)}`);
    }
  });

  it('replaces exactly the links of the request, wherever chunks cut the text', async () => {
    const part = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ ours: true, escaped: false }) },
      fc.constant({ ours: true, escaped: true }),
      fc.constantFrom(
        `http://a.example/image/files/${randomUUID()}/${NAME}`,
        `http://a.example/image/files/${ID}/`,
        'http://a.example/image/',
        'https:',
        'h',
        '\u{1F5BC}',
        '\u00e9\u00e0',
        '\\/',
      ),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    );
    const linkOf = (base: string, escaped: boolean) => {
      const link = `${base}/image/files/${ID}/${NAME}`;
      return escaped ? link.replaceAll('/', '\\/') : link;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 30 }),
        fc.constantFrom(
          'http://127.0.0.1:8000',
          'https://images.example/a/b',
          `http://x.example/${'y'.repeat(1_900)}`,
        ),
        fc.array(fc.nat(), { maxLength: 40 }),
        async (parts, base, places) => {
          const write = (link: (escaped: boolean) => string) =>
            parts.map((one) => (typeof one === 'string' ? one : link(one.escaped))).join(' ');
          const source = Buffer.from(write((escaped) => linkOf(base, escaped)));
          const expected = write((escaped) =>
            escaped ? fresh(ID, NAME).replaceAll('/', '\\/') : fresh(ID, NAME),
          );
          const stream = replaceImageLinks(Readable.from(cut(source, places)), ID, fresh);
          expect((await buffer(stream)).toString()).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('returns any other bytes unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 9_000 }),
        fc.array(fc.nat()),
        async (bytes, places) => {
          const source = Buffer.from(bytes);
          const stream = replaceImageLinks(Readable.from(cut(source, places)), ID, fresh);
          expect((await buffer(stream)).equals(source)).toBe(true);
        },
      ),
    );
  });

  it('holds back a few kilobytes, however long the text is', async () => {
    let read = 0;
    let written = 0;
    let held = 0;
    const row = Buffer.from(`1,http://a.example/image/files/${ID}/${NAME}\n`.repeat(500));
    function* rows() {
      for (let index = 0; index < 200; index++) {
        read += row.length;
        yield row;
      }
    }
    const stream = replaceImageLinks(
      Readable.from(rows(), { highWaterMark: 1 }),
      ID,
      (_, name) => name,
    );
    const shrunk = Buffer.from(`1,${NAME}\n`).length * 500;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      written += chunk.length;
      held = Math.max(held, read / row.length - written / shrunk);
    }
    expect(written).toBe(200 * shrunk);
    // In chunks of the source: streams read ahead.
    expect(held).toBeLessThan(20);
  });

  it('reads a long text without links in time that grows with its length', async () => {
    const hostile = [
      'http://',
      'http://a',
      `http://${'a'.repeat(5_000)}`,
      'https:',
      '/image/files/',
    ];
    for (const one of hostile) {
      const source = one.repeat(Math.ceil(2 ** 20 / one.length));
      expect(await replaced(source)).toBe(source);
    }
  });

  it('fails when a link cannot be made, and stops reading', async () => {
    const source = Readable.from([`http://a.example/image/files/${ID}/${NAME}`, 'rest']);
    const stream = replaceImageLinks(source, ID, () => Promise.reject(new Error('no credentials')));
    await expect(buffer(stream)).rejects.toThrow('no credentials');
    expect(source.destroyed).toBe(true);
  });

  it('stops reading when its reader does', async () => {
    const source = Readable.from(['a', 'b']);
    const stream = replaceImageLinks(source, ID, fresh);
    const closed = new Promise((resolve) => source.once('close', resolve));
    stream.destroy();
    await closed;
  });
});
