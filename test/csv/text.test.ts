import { hasOddQuotes, readText } from '../../src/csv/text';
import { inspectText } from '../../src/csv/inspectText';
import { withFile } from '../support/temporaryFile';

function read(content: string | Uint8Array, encoding = 'utf-8', hasMark = false): Promise<string> {
  return withFile(content, async (file) => {
    const parts: string[] = [];
    for await (const part of readText(file, { encoding, hasMark })) parts.push(part);
    return parts.join('');
  });
}

describe('readText(file, encoding)', () => {
  it.each([
    ['utf-8', Buffer.from('\ufeffGrößen 😀')],
    ['utf-16le', Buffer.from('\ufeffGrößen 😀', 'utf16le')],
    ['utf-16be', Buffer.from('\ufeffGrößen 😀', 'utf16le').swap16()],
  ])('leaves out the byte order mark of %s', async (encoding, content) => {
    expect(await read(content, encoding, true)).toBe('Größen 😀');
  });

  it('reads characters that are split between the parts of a large file', async () => {
    // The parts that Node reads have an even number of bytes: the first character makes the others uneven.
    const text = `1${'😀'.repeat(50_000)}`;
    expect(await read(Buffer.from(text, 'utf16le').swap16(), 'utf-16be')).toBe(text);
    expect(await read(text)).toBe(text);
  });

  it.each(['utf-8', 'utf-16le', 'windows-1252'])(
    'leaves out end-of-text marks at the end, and only there: %s',
    async (encoding) => {
      const text = 'a\u001ab\n\u001a\u001a';
      const content = Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : 'latin1');
      expect(await read(content, encoding)).toBe('a\u001ab\n');
    },
  );

  it.each([
    ['utf-16le', Buffer.from('ab\ud83d', 'utf16le')],
    ['utf-16be', Buffer.from('0061d83d0062', 'hex')],
    ['shift_jis', Buffer.from('93fa96', 'hex')],
    ['windows-1253', Buffer.from('61aa', 'hex')],
  ])('refuses bytes that %s does not have, and says what to do', async (encoding, content) => {
    const msg =
      `Expected text in ${encoding}, received bytes that are not; save the sheet as "CSV UTF-8", ` +
      'or name its encoding in the field "encoding"';
    await expect(read(content, encoding)).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ loc: ['body', 'file'], msg, type: 'invalid_encoding' }],
    });
  });

  it.each(['', '\ufeff'])('refuses a file without text: %j', async (content) => {
    await expect(read(content, 'utf-8', content !== '')).rejects.toThrow(
      'Expected a header and rows, received an empty file',
    );
  });
});

describe('hasOddQuotes(file, encoding, findings)', () => {
  it.each([
    // Characters with a byte 22 that are no quotes: ∀ is U+2200, Ģ is U+0122.
    ['utf-16le', Buffer.from('∀Ģ"a"', 'utf16le'), false],
    ['utf-16le', Buffer.from('∀Ģ"a', 'utf16le'), true],
    ['utf-16be', Buffer.from('∀"a"', 'utf16le').swap16(), false],
    // あ is 24 22 in this encoding.
    ['iso-2022-jp', Buffer.from('1b244224221b2842', 'hex'), false],
    ['windows-1252', Buffer.from('5"\u0094', 'latin1'), true],
  ])('counts characters, not bytes: %s', async (encoding, content, expected) => {
    await withFile(content, async (file) => {
      const encoded = { encoding, hasMark: false };
      expect(await hasOddQuotes(file, encoded, await inspectText(file))).toBe(expected);
    });
  });
});
