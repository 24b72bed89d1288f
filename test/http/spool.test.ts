import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { spoolUpload } from '../../src/http/spool';
import { openSpool, type Spool } from '../../src/storage/spool';
import { withFolder } from '../support/temporaryFile';

const MANY = 1_000_000;

function withSpool<T>(work: (spool: Spool) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => work(await openSpool(folder, MANY)));
}

/** @param parts as they arrive */
function spooled(spool: Spool, ...parts: readonly (string | Buffer)[]) {
  return spoolUpload(Readable.from(parts.map((part) => Buffer.from(part))), spool, MANY);
}

describe('spoolUpload(upload, spool, maxBytes)', () => {
  it('writes the bytes, and says what they show about the text', () =>
    withSpool(async (spool) => {
      const content = Buffer.from('S. No.,Größe 5"\n');
      const file = await spooled(spool, content.subarray(0, 10), content.subarray(10));
      expect(await readFile(file.path)).toEqual(content);
      expect(file.fingerprint).toBe(createHash('sha256').update(content).digest('hex'));
      expect(file.text).toEqual({
        mark: null,
        utf8: 'valid',
        mayBeWindows1252: true,
        hasNul: false,
        looksLike: null,
        hasOddQuotes: true,
      });
    }));

  it('keeps a file with NUL: whether it may be one is known when the form is complete', () =>
    withSpool(async (spool) => {
      const { text } = await spooled(spool, Buffer.from('S. No.\n', 'utf16le'));
      expect(text).toMatchObject({ hasNul: true, looksLike: 'utf-16le' });
    }));

  it('stops at a signature of another kind of file, and leaves no file', () =>
    withSpool(async (spool) => {
      // It would be too large otherwise.
      const upload = spooled(spool, 'PK', '\x03\x04', Buffer.alloc(2 * MANY));
      await expect(upload).rejects.toMatchObject({ code: 'not_csv' });
      expect(await readdir(spool.dir)).toEqual([]);
    }));
});
