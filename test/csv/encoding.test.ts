import fc from 'fast-check';
import { createDecoder } from '../../src/csv/decoder';
import { chooseEncoding, readEncoding } from '../../sheet/encoding';
import type { TextFindings } from '../../sheet/textFindings';
import { createTextInspector } from '../../src/csv/inspectText';

/** Cuts bytes into chunks of the given sizes, which are repeated. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sizes[chunks.length % sizes.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function inspect(chunks: readonly Buffer[]): TextFindings {
  const inspector = createTextInspector();
  for (const chunk of chunks) inspector.add(chunk);
  return inspector.findings();
}

function decode(chunks: readonly Buffer[], encoding: string): string {
  const decoder = createDecoder(encoding);
  const text = chunks.map((chunk) => decoder.write(chunk)).join('');
  decoder.end();
  return text;
}

function choose(bytes: Buffer, named = 'auto') {
  return chooseEncoding(inspect([bytes]), readEncoding(named));
}

/** Matches an error by its properties. */
function like(properties: Readonly<Record<string, unknown>>): Error {
  return expect.objectContaining(properties) as Error;
}

function swapped(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Bytes 80 to 9F of Windows-1252, from https://encoding.spec.whatwg.org/index-windows-1252.txt. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function windows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? '');
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('a', ',', '"', '\n'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  .map((any) => `S. No.,${any.replaceAll('\0', '')}\n`);

describe('any text', () => {
  const UNICODE: Readonly<Record<string, (text: string) => Buffer>> = {
    'utf-8': (any) => Buffer.from(any),
    'utf-16le': (any) => Buffer.from(any, 'utf16le'),
    'utf-16be': swapped,
  };

  it.each(Object.keys(UNICODE))(
    'with a byte order mark is read as it was written in %s, whatever the chunks',
    (encoding) => {
      fc.assert(
        fc.property(text, sizes, (written, chunkSizes) => {
          const bytes = UNICODE[encoding]?.(`\ufeff${written}`) ?? Buffer.alloc(0);
          const chunks = cut(bytes, chunkSizes);
          expect(chooseEncoding(inspect(chunks), 'auto')).toEqual({
            encoding,
            hasMark: true,
            encodingIsGuess: false,
          });
          expect(decode(chunks, encoding)).toBe(`\ufeff${written}`);
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it('in UTF-8 without a mark is recognized and read, whatever the chunks', () => {
    fc.assert(
      fc.property(text, sizes, (written, chunkSizes) => {
        const chunks = cut(Buffer.from(written), chunkSizes);
        expect(chooseEncoding(inspect(chunks), 'auto')).toMatchObject({ encoding: 'utf-8' });
        expect(decode(chunks, 'utf-8')).toBe(written);
      }),
      { numRuns: 1_000 },
    );
  });

  it('in UTF-16 without a mark is read when the encoding is named', () => {
    fc.assert(
      fc.property(text, sizes, (written, chunkSizes) => {
        for (const encoding of ['utf-16le', 'utf-16be']) {
          const chunks = cut(UNICODE[encoding]?.(written) ?? Buffer.alloc(0), chunkSizes);
          const chosen = chooseEncoding(inspect(chunks), encoding);
          expect(chosen).toMatchObject({ encoding, hasMark: false });
          expect(decode(chunks, encoding)).toBe(written);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  const byte = fc.integer({ min: 1, max: 255 });

  it('in Windows-1252 is read as it was written when the encoding is named, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 40 }), sizes, (any, chunkSizes) => {
        const bytes = Buffer.from(`S. No.${String.fromCharCode(...any)}`, 'latin1');
        const chunks = cut(bytes, chunkSizes);
        const { encoding } = chooseEncoding(inspect(chunks), readEncoding('latin1'));
        expect(decode(chunks, encoding)).toBe(windows1252(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  it('in Windows-1252 is a guess when its bytes are not UTF-8', () => {
    const possible = byte.filter((one) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(one));
    fc.assert(
      fc.property(fc.array(possible, { maxLength: 40 }), sizes, (any, chunkSizes) => {
        // No sequence of UTF-8 ends with two of them.
        const bytes = Buffer.from(`S. No.${String.fromCharCode(...any)}üü`, 'latin1');
        const chosen = chooseEncoding(inspect(cut(bytes, chunkSizes)), 'auto');
        expect(chosen).toEqual({
          encoding: 'windows-1252',
          hasMark: false,
          encodingIsGuess: true,
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the same findings, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), sizes, (any, chunkSizes) => {
        // Not the signature of another kind of file.
        const bytes = Buffer.concat([Buffer.from('1'), any]);
        expect(inspect(cut(bytes, chunkSizes))).toEqual(inspect([bytes]));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is found to be UTF-8 exactly if a strict decoder accepts it', () => {
    const isUtf8 = (bytes: Buffer) => {
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    // Mostly bytes that begin or continue characters.
    const bytes = fc.array(fc.oneof(fc.integer({ min: 0x80, max: 0xff }), byte), { maxLength: 12 });
    fc.assert(
      fc.property(bytes, sizes, (any, chunkSizes) => {
        const content = Buffer.from(any);
        fc.pre(!content.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')));
        fc.pre(!content.subarray(0, 2).equals(Buffer.from('1f8b', 'hex')));
        expect(inspect(cut(content, chunkSizes)).utf8 === 'valid').toBe(isUtf8(content));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('readEncoding(field)', () => {
  it.each([
    ['auto', 'auto'],
    [' Auto ', 'auto'],
    ['latin1', 'windows-1252'],
    ['ISO-8859-1', 'windows-1252'],
    ['ascii', 'windows-1252'],
    ['cp1252', 'windows-1252'],
    ['utf8', 'utf-8'],
    ['UTF-16', 'utf-16le'],
    ['unicode', 'utf-16le'],
    ['unicodefffe', 'utf-16be'],
    ['sjis', 'shift_jis'],
    ['gb2312', 'gbk'],
    ['iso-8859-9', 'windows-1254'],
    ['mac', 'macintosh'],
    ['iso-8859-16', 'iso-8859-16'],
  ])('reads %j as %s, as the Encoding Standard does', (label, encoding) => {
    expect(readEncoding(label)).toBe(encoding);
  });

  it.each([
    '',
    'excel',
    'utf-7',
    'utf-32',
    'base64',
    'hex',
    'binary',
    'replacement',
    'utf-8,utf-16',
  ])('refuses %j, and says what is expected', (label) => {
    const msg =
      'Expected auto or a WHATWG encoding label, such as utf-8, utf-16le, windows-1252 or shift_jis; ' +
      `received ${JSON.stringify(label)}`;
    expect(() => readEncoding(label)).toThrow(
      like({
        code: 'invalid',
        faults: [{ loc: ['body', 'encoding'], msg, type: 'unknown_encoding' }],
      }),
    );
  });
});

describe('createDecoder(encoding)', () => {
  it.each([
    ['ibm866', 'afe0a8a2a5e2', 'привет'],
    ['iso-8859-2', 'b3f3bf', 'łóż'],
    ['iso-8859-8-i', 'f9ece5ed', 'שלום'],
    ['iso-8859-15', 'a4', '€'],
    ['iso-8859-16', 'bafe', 'șț'],
    ['koi8-r', 'd0d2c9d7c5d4', 'привет'],
    ['koi8-u', 'a4aebe', 'єўЎ'],
    ['macintosh', '8adbbdf0', 'ä€Ω\uf8ff'],
    ['x-mac-cyrillic', 'cfd0a2b6ff', 'ѕ–Ґґ€'],
    ['windows-874', 'e481', 'ไ\u0081'],
    ['windows-1250', 'b381', 'ł\u0081'],
    ['windows-1251', 'cff0e8e2e5f298', 'Привет\u0098'],
    ['gbk', 'c4e3bac3a2e3', '你好€'],
    ['gb18030', 'c4e38139ee39', '你㐀'],
    ['big5', 'a741a66e', '你好'],
    ['euc-jp', 'c6fccbdc8fb0a1', '日本丂'],
    ['iso-2022-jp', '1b2442467c4b5c1b2842', '日本'],
    ['shift_jis', '93fa967bb6', '日本ｶ'],
    ['euc-kr', 'c7d1b1db8141', '한글갂'],
  ])('decodes %s by the table of the Encoding Standard', (encoding, hex, expected) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(decode([bytes], encoding)).toBe(expected);
    expect(decode(cut(bytes, [1]), encoding)).toBe(expected);
  });

  it.each([
    ['utf-8', 'the last character is incomplete', 'c3'],
    ['utf-8', 'a surrogate', 'eda080'],
    ['utf-16le', 'the last character is incomplete', '610062'],
    ['utf-16be', 'the last character is incomplete', '006100'],
    ['utf-16le', 'the second half of the last character is missing', '61003dd8'],
    ['utf-16be', 'the second half of the last character is missing', '0061d83d'],
    ['utf-16le', 'a first half stands alone', '3dd86100'],
    ['utf-16le', 'a second half stands alone', '610000dc6100'],
    ['utf-16be', 'a second half stands alone', '0061dc000061'],
    ['utf-16le', 'NUL', '610000006100'],
    ['shift_jis', 'the last character is incomplete', '93fa96'],
    ['gbk', 'the last character is incomplete', 'c4e3ba'],
    ['euc-kr', 'bytes without a meaning', 'c7d1ff'],
    ['windows-1253', 'bytes without a meaning', '61aa'],
    ['iso-8859-7', 'bytes without a meaning', '61ae'],
    ['iso-2022-jp', 'bytes without a meaning', '61ff'],
  ])('refuses text in %s when there is a fault: %s', (encoding, _, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    const fault = like({ name: 'EncodingError' });
    expect(() => decode([bytes], encoding)).toThrow(fault);
    expect(() => decode(cut(bytes, [1]), encoding)).toThrow(fault);
  });
});

describe('chooseEncoding(text, named)', () => {
  const latin = Buffer.from('S. No.,Kaffeemühle\n', 'latin1');

  it('takes the encoding of the mark, whatever is named', () => {
    expect(choose(Buffer.from('\ufeffé'), 'windows-1252').encoding).toBe('utf-8');
    expect(choose(swapped('\ufeffé\n'), 'utf-16').encoding).toBe('utf-16be');
  });

  it('takes the named encoding although the bytes are UTF-8', () => {
    expect(choose(Buffer.from('é'), 'windows-1252').encoding).toBe('windows-1252');
  });

  it('takes UTF-8 for text that is ASCII only', () => {
    expect(choose(Buffer.from('S. No.'))).toMatchObject({
      encoding: 'utf-8',
      encodingIsGuess: false,
    });
  });

  it('is not a guess when Windows-1252 is named', () => {
    expect(choose(latin, 'windows-1252').encodingIsGuess).toBe(false);
  });

  it.each([0x81, 0x8d, 0x8f, 0x90, 0x9d])(
    'asks for the encoding when there is the byte %d, which Windows-1252 does not have',
    (byte) => {
      const bytes = Buffer.concat([latin, Buffer.from([byte])]);
      expect(() => choose(bytes)).toThrow(
        like({
          code: 'invalid',
          message: expect.stringMatching(
            /^Expected UTF-8 or Windows-1252, received bytes that are neither; name the encoding/,
          ) as string,
          faults: [expect.objectContaining({ loc: ['body', 'encoding'] })],
        }),
      );
      expect(choose(bytes, 'latin1').encoding).toBe('windows-1252');
      expect(choose(bytes, 'shift_jis').encoding).toBe('shift_jis');
    },
  );

  it.each(['auto', 'utf-8', 'windows-1252'])(
    'asks for the encoding when the file looks like UTF-16 without a mark and %s is named',
    (named) => {
      for (const [likely, bytes] of [
        ['utf-16le', Buffer.from('S. No.,名前\n', 'utf16le')],
        ['utf-16be', swapped('S. No.,名前\n')],
      ] as const) {
        expect(() => choose(bytes, named)).toThrow(
          like({
            code: 'invalid',
            message: expect.stringContaining(`the field "encoding" with ${likely}`) as string,
            faults: [expect.objectContaining({ loc: ['body', 'encoding'] })],
          }),
        );
      }
    },
  );

  it('sees that UTF-16 has no mark although a long title in Chinese begins the file', () => {
    const bytes = Buffer.from(
      `${'一月销售统计表'.repeat(60)}\n名称,图片\n${'1,https://shop.example/media/mug.jpg\n'.repeat(9)}`,
      'utf16le',
    );
    for (const [likely, content] of [
      ['utf-16le', bytes],
      ['utf-16be', Buffer.from(bytes).swap16()],
    ] as const) {
      expect(() => choose(content)).toThrow(`the field "encoding" with ${likely}`);
    }
  });

  it.each([
    ['NUL in a text', Buffer.from('S. No.,Product Name\n1,\0\n')],
    ['NUL in UTF-8 with a mark', Buffer.from('\ufeffS. No.,Product Name\n1,\0\n')],
    ['NUL everywhere', Buffer.alloc(100)],
    ['UTF-32', Buffer.from('530000002e000000', 'hex')],
    ['a picture (BMP)', Buffer.from('424d7600000000000000360000002800', 'hex')],
  ])('refuses as no CSV: %s', (_, bytes) => {
    const notCsv = { code: 'not_csv', message: 'Only CSV files are supported' };
    expect(() => choose(bytes)).toThrow(like(notCsv));
    expect(() => choose(bytes, 'windows-1252')).toThrow(like(notCsv));
  });

  it('refuses UTF-8 that ends within a character, rather than read all of it as Windows-1252', () => {
    const bytes = Buffer.from('S. No.,Kaffeemühle\n1,é').subarray(0, -1);
    expect(() => choose(bytes)).toThrow(
      'Expected UTF-8 text, received one that ends within a character; upload the whole file, ' +
        'or name its encoding in the field "encoding"',
    );
    // The only letter beyond ASCII may as well be one of Windows-1252.
    expect(choose(Buffer.from('S. No.\n1,Café', 'latin1')).encoding).toBe('windows-1252');
  });

  it.each([
    ['utf-8', 'utf-8', latin],
    ['a mark of UTF-8', 'auto', Buffer.concat([Buffer.from('\ufeff'), latin])],
    ['utf-16le', 'utf-16le', latin],
  ])('refuses bytes that are not in the encoding: %s', (_, named, bytes) => {
    expect(() => choose(bytes, named)).toThrow(
      /^Expected text in utf-(8|16le), received bytes that are not; save the sheet as "CSV UTF-8"/,
    );
  });
});

describe('createTextInspector()', () => {
  it.each([
    ['89504e470d0a1a0a', 'PNG'],
    ['504b0304', 'ZIP'],
  ])('refuses a signature in the first chunk that completes it: %s (%s)', (hex) => {
    const inspector = createTextInspector();
    const [first = Buffer.alloc(0), ...others] = cut(Buffer.from(hex, 'hex'), [1]);
    inspector.add(first);
    expect(() => {
      others.forEach((chunk) => {
        inspector.add(chunk);
      });
    }).toThrow('Only CSV files are supported');
  });

  it('counts the quotes', () => {
    expect(inspect([Buffer.from('a"'), Buffer.from('b"c"')]).hasOddQuotes).toBe(true);
    expect(inspect([Buffer.from('a"'), Buffer.from('b"c')]).hasOddQuotes).toBe(false);
  });
});
