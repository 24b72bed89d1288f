import fc from 'fast-check';
import { nameOf, servedFormatOf } from '../../src/images/recognize';
import { measured } from '../support/effort';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const ftyp = (...brands: string[]) => {
  const rest = `ftyp${brands[0] ?? ''}\0\0\0\0${brands.slice(1).join('')}`;
  return latin1(`\0\0\0${String.fromCharCode(rest.length + 4)}${rest}`);
};

describe('servedFormatOf(bytes)', () => {
  it.each([
    ['jpeg', latin1('\xff\xd8\xff\xe0\0\x10JFIF')],
    ['png', latin1('\x89PNG\r\n\x1a\n')],
    ['webp', latin1('RIFF\x10\0\0\0WEBPVP8 ')],
    ['gif', latin1('GIF89a')],
    ['tiff', latin1('II*\0\x08\0\0\0')],
    ['tiff', latin1('MM\0*\0\0\0\x08')],
    ['tiff', latin1('II+\0\x08\0\0\0')],
    ['avif', ftyp('avif', 'mif1', 'miaf')],
    ['avif', ftyp('avis', 'msf1')],
    ['avif', ftyp('mif1', 'avif', 'miaf')],
  ])('is %s by the signature', (format, bytes) => {
    expect(servedFormatOf(bytes)).toBe(format);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a HEIC', ftyp('heic', 'mif1', 'heic')],
    ['a cut-off ftyp box', latin1('\0\0\0\x20ftyp')],
    ['an AVI', latin1('RIFF\x10\0\0\0AVI LIST')],
    ['a page', latin1('<html>')],
  ])('is null for %s', (_, bytes) => {
    expect(servedFormatOf(bytes)).toBeNull();
  });
});

describe('nameOf(bytes): images that are not served', () => {
  it.each([
    ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['SVG', latin1('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg>')],
    ['SVG', latin1('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<svg>')],
    ['SVG', latin1('<!DOCTYPE svg [ <!ENTITY ns "http://ns.example/"> ]>\n<svg>')],
    ['SVG', latin1('<?xml version="1.0"?><svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>')],
    ['SVG', Buffer.from('\ufeff<?xml version="1.0"?><svg/>', 'utf16le')],
    ['PDF', latin1('%PDF-1.7')],
    ['PostScript', latin1('%!PS-Adobe-3.0 EPSF-3.0')],
    ['BMP', latin1('BM\x36\0\0\0\0\0\0\0')],
    ['ICO', latin1('\0\0\x01\0\x01\0')],
    ['PSD', latin1('8BPS\0\x01')],
    ['JPEG XL', latin1('\xff\x0a\xfa')],
    ['JPEG 2000', latin1('\xff\x4f\xff\x51')],
    ['JPEG XR', latin1('II\xbc\x01\x20\0\0\0')],
    ['PNM', latin1('P6\n1 1\n255\nabc')],
    ['HEIC', ftyp('heic', 'mif1', 'heic')],
    ['HEIC', ftyp('mif1', 'heic')],
    ['CR3', ftyp('crx ', 'isom')],
  ])('%s', (unsupported, bytes) => {
    expect(nameOf(bytes)).toEqual({ unsupported });
  });
});

describe('nameOf(bytes): files that are not images', () => {
  it.each([
    ['no bytes', ''],
    ['plain text', 'Error: image quota exceeded, please upgrade'],
    ['plain text', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n'],
    ['plain text', '<3 our shop'],
    ['plain text', '{{ image_url }}'],
    ['JSON', '{"error":"quota exceeded"}'],
    ['JSON', '\xef\xbb\xbf \n[ {"error": 1} ]'],
    ['JSON', '{}'],
    ['an XML document', '<?xml version="1.0"?><feed><title>News</title></feed>'],
    ['an XML document', '<rss version="2.0"><channel/></rss>'],
    [
      'an XML document with the error AccessDenied',
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
    ],
    ['an XML document', '<Error><Code>two words, "quoted"\n</Code></Error>'],
    ['a ZIP archive', 'PK\x03\x04\x14\0'],
    ['a RAR archive', 'Rar!\x1a\x07\0'],
    ['gzip data', '\x1f\x8b\x08\0'],
    ['a WebM or Matroska video', '\x1aE\xdf\xa3'],
    ['an image after a byte order mark or white space', '\xef\xbb\xbf\xff\xd8\xff\xe0\0'],
    ['an image after a byte order mark or white space', '\r\n\r\nGIF89a\0'],
    ['an AVI video', 'RIFF\x10\0\0\0AVI LIST'],
    ['a video or audio file', '\0\0\0\x14ftypisom\0\0\x02\0mp41'],
    ['bytes of an unknown format', '\0'.repeat(100)],
    ['bytes of an unknown format', 'text and \x01'],
  ])('%s', (name, text) => {
    expect(nameOf(latin1(text))).toBe(name);
  });
});

describe('nameOf(bytes): pages', () => {
  it.each([
    ['<!DOCTYPE html><html></html>', 'by its doctype'],
    ['<!doctype  HTML public "-//W3C//DTD HTML 4.01//EN"><p>', 'by an old doctype'],
    ['<HTML>', 'by its element'],
    ['<head></head><body>Not found</body>', 'without its element'],
    ['<p>Hotlinking is not allowed</p>', 'that is a fragment'],
    ['\n\n<!-- theme -->\n<!DOCTYPE html><html>', 'after a comment'],
    ['\xef\xbb\xbf<!DOCTYPE html><html>', 'after a byte order mark'],
    ['<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML"><html>', 'of XHTML'],
    ['<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', 'of XHTML, no doctype'],
    ['<!-- cached --><!DOCTYPE html><html><body><svg viewBox="0 0 1 1"/>', 'with an icon'],
    ['<html><svg>', 'with an icon first'],
    ['<!-- a comment that is never closed', 'that is never closed'],
  ])('%j: a page %s', (text) => {
    expect(nameOf(latin1(text))).toBe('an HTML page');
  });

  it('in UTF-16 with a byte order mark', () => {
    const page = Buffer.from('\ufeff<html><title>Größe</title>', 'utf16le');
    expect(nameOf(page)).toBe('an HTML page: "Größe"');
    expect(nameOf(Buffer.from(page).swap16())).toBe('an HTML page: "Größe"');
  });

  it.each([
    ['Sign in', 'Sign in'],
    ['\n  Sign\n\tin  ', 'Sign in'],
    ['Fish &amp; Chips &quot;n&#39; &lt;more&gt;', `Fish & Chips "n' <more>`],
    ['&amp;lt; once', '&lt; once'],
    ['Größe', 'Größe'],
    ['a\u001b[31mb\u0085\u2028\u202ec', 'a [31mb c'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['x'.repeat(200), `${'x'.repeat(79)}…`],
    ['\u{1f600}'.repeat(90), `${'\u{1f600}'.repeat(79)}…`],
  ])('with the title %j', (title, shown) => {
    const text = `<!DOCTYPE html><html><head><TITLE lang="en">${title}</TITLE></head>`;
    expect(nameOf(Buffer.from(text))).toBe(`an HTML page: ${JSON.stringify(shown)}`);
  });

  it('with a title in Latin-1', () => {
    expect(nameOf(latin1('<html><title>Gr\xf6\xdfe</title>'))).toBe('an HTML page: "Größe"');
  });

  it.each(['<html><title></title>', '<html><title', '<html><title> \n</title>', '<html><titles>'])(
    'without a title: %j',
    (text) => {
      expect(nameOf(latin1(text))).toBe('an HTML page');
    },
  );

  it.each([
    '<meta http-equiv="refresh" content="0;url=/photo.jpg">',
    "<META content='3; URL=https://shop.example/' http-equiv=Refresh>",
  ])('that redirect to another address: %s', (meta) => {
    expect(nameOf(latin1(`<html><head>${meta}</head></html>`))).toBe(
      'an HTML page, which redirects browsers to another address',
    );
  });

  it('that only reload themselves', () => {
    const text = '<html><meta http-equiv="refresh" content="30"></html>';
    expect(nameOf(latin1(text))).toBe('an HTML page');
  });
});

describe('nameOf(bytes) of any bytes', () => {
  const hostile = [
    '<',
    '<!--',
    '<!---->',
    '<?xml',
    '<?xml?>',
    '<!doctype ',
    '<!DOCTYPE x[',
    ' ',
    '<title',
    '<html><title',
    '<html><title>',
    '<meta ',
    '<html><meta\t',
    '<html> http-equiv="refresh" content=',
    '<Error><Code',
    '&amp;',
    '{"',
  ];

  it.each(hostile)('takes time proportional to the length: %j, repeated', async (piece) => {
    const bytes = Buffer.from(piece.repeat(1_000_000 / piece.length));
    const { effort } = await measured(() => nameOf(bytes));
    expect(effort).toBeLessThan(10);
  });

  it('is one line of printable text', () => {
    const piece = fc.oneof(fc.constantFrom(...hostile, '</title>', '>', '-->'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const name = nameOf(Buffer.from(pieces.join('')));
        const text = typeof name === 'string' ? name : name.unsupported;
        expect(text).toMatch(/^[^\p{C}\u2028\u2029]{1,400}$/u);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        nameOf(Buffer.from(bytes));
        servedFormatOf(Buffer.from(bytes));
      }),
    );
  });
});
