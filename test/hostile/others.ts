import { gzipSync } from 'node:zlib';
import { animation, avif, photo, picture, tiff, webp } from '../support/pictures';
import { ascii } from './bytes';
import { gifFrame, gifOf } from './gifs';
import type { HostilePicture } from './kinds';

const entities = Array.from(
  { length: 9 },
  (_, index) => `<!ENTITY a${index + 1} "${`&a${index};`.repeat(10)}">`,
).join('');
const doctype = `<!DOCTYPE svg [<!ENTITY a0 "ha"><!ENTITY x SYSTEM "file:///etc/passwd">${entities}]>`;

const text = (name: string, content: string, expected: HostilePicture['expected']) => ({
  name,
  build: () => ascii(content),
  expected,
});

/** The shortest beginning that is recognized as the format, and nothing more. */
const SIGNATURES: readonly (readonly [name: string, bytes: string])[] = [
  ['JPEG', '\xff\xd8\xff'],
  ['PNG', '\x89PNG\r\n\x1a\n'],
  ['WebP', 'RIFF\x04\0\0\0WEBP'],
  ['GIF', 'GIF89a'],
  ['TIFF', 'II*\0'],
  ['BigTIFF', 'MM\0+'],
  ['AVIF', '\0\0\0\x10ftypavif\0\0\0\0'],
];

const SOURCES: readonly (readonly [name: string, build: () => Promise<Buffer> | Buffer])[] = [
  ['JPEG', photo],
  ['PNG', () => picture(40, 30).png().toBuffer()],
  ['WebP', webp],
  ['GIF', animation],
  ['TIFF', tiff],
  ['AVIF', avif],
];

export const OTHERS: readonly HostilePicture[] = [
  text(
    'SVG with entities that expand a billion times',
    `<?xml version="1.0"?>${doctype}<svg xmlns="http://www.w3.org/2000/svg"><text>&a9;&x;</text></svg>`,
    'unsupported_format',
  ),
  text(
    'SVG that refers to a file',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    'unsupported_format',
  ),
  text(
    'XML with entities that expand a billion times',
    `<?xml version="1.0"?>${doctype.replace('svg', 'lolz')}<lolz>&a9;</lolz>`,
    'not_an_image',
  ),
  text(
    'XML of 60,000 elements inside each other',
    `<?xml version="1.0"?>${'<a>'.repeat(60_000)}`,
    'not_an_image',
  ),
  {
    name: 'compressed SVG',
    build: () => gzipSync('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    expected: 'not_an_image',
  },
  text(
    'ImageMagick drawing (MVG)',
    'push graphic-context\nviewbox 0 0 9 9\nfill \'url(https://example.com/image.jpg"|ls "-la)\'\n',
    'not_an_image',
  ),
  text(
    'ImageMagick script (MSL)',
    '<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/a"/></image>',
    'not_an_image',
  ),
  text('PostScript', '%!PS\n(%pipe%id) (w) file\n', 'unsupported_format'),
  text('Encapsulated PostScript', '\xc5\xd0\xd3\xc6\x1e\0\0\0', 'unsupported_format'),
  text('PDF', '%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n', 'unsupported_format'),
  text('ImageMagick pseudo-format in a name', 'label:@/etc/passwd', 'not_an_image'),
  text('HTML page', '<!doctype html><title>a picture</title><img src="a.jpg">', 'not_an_image'),
  text(
    'PNM that declares 2^31 pixels per side',
    'P6 2147483648 2147483648 255\n',
    'unsupported_format',
  ),
  text('BMP', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0', 'unsupported_format'),
  text('PSD', '8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x08', 'unsupported_format'),
  text('OpenEXR', '\x76\x2f\x31\x01\x02\0\0\0', 'not_an_image'),
  text('JPEG XL', '\xff\x0a\xfa\x7f\x01\x90', 'unsupported_format'),
  text('video', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'not_an_image'),
  text('HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'unsupported_format'),
  text('no bytes', '', 'not_an_image'),
  text('a zero byte', '\0', 'not_an_image'),
  text('the text of a data URL', 'data:image/png;base64,iVBORw0KGgo=', 'not_an_image'),
  text('a path as in a memory dump', '/etc/passwd\n/work/secret\n', 'not_an_image'),
  {
    name: 'ZIP archive',
    build: () => Buffer.concat([ascii('PK\x03\x04\x14\0'), Buffer.alloc(30)]),
    expected: 'not_an_image',
  },
  {
    name: 'JPEG with a ZIP archive at its end',
    build: async () => Buffer.concat([await photo(), ascii('PK\x03\x04\x14\0'), Buffer.alloc(99)]),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with a PDF at its end',
    build: async () => Buffer.concat([await photo(), ascii('%PDF-1.7\n%%EOF\n')]),
    expected: 'succeeds',
  },
  {
    name: 'PDF with a JPEG inside',
    build: async () => Buffer.concat([ascii('%PDF-1.7\nstream\n'), await photo()]),
    expected: 'unsupported_format',
  },
  {
    name: 'GIF with a page in a comment',
    build: () => gifOf(1, 1, ascii('!\xfe\x19<script>alert(1)</script>\0'), gifFrame()),
    expected: 'succeeds',
  },
  {
    name: 'GIF that is also a script',
    build: () => ascii('GIF89a/*\0\0\0\0\0\0*/=1;alert(1);'),
    expected: 'corrupt_image',
  },
  {
    name: 'HTML page with a GIF at its end',
    build: () => Buffer.concat([ascii('<html><body>'), gifOf(1, 1, gifFrame())]),
    expected: 'not_an_image',
  },
  ...SIGNATURES.map(([name, bytes]) =>
    text(`${name} of nothing but its signature`, bytes, 'corrupt_image'),
  ),
  ...SOURCES.map(([name, build]) => ({
    name: `${name} that ends after 12 bytes`,
    build: async () => (await build()).subarray(0, 12),
    expected: 'corrupt_image' as const,
  })),
  ...SOURCES.map(([name, build]) => ({
    name: `${name} that ends after 40 bytes`,
    build: async () => (await build()).subarray(0, 40),
    expected: 'corrupt_image' as const,
  })),
];
