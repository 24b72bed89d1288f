import { pipeline, Transform, type Readable } from 'node:stream';
import type { ImageLinks } from './links';
import { NAME_PATTERN } from './names';

/** The maximum length of `PUBLIC_URL` after its scheme. It is bounded because that much is kept between two chunks. */
const MAX_BASE = 2_000;
/** Longer than any link, with escaped slashes too: request id and name have fewer than 100 characters. */
const MAX_LINK = MAX_BASE + 200;

/**
 * Matches links through the API to images of one request, whatever `PUBLIC_URL` they were written with. The slashes may
 * be escaped, as in JSON. A link begins at the last scheme before the id, and contains no white space, quotes or angle
 * brackets. The text has one character per byte, so `\s` could match one byte of a longer character.
 */
function linksOf(requestId: string): RegExp {
  const base = String.raw`(?:(?!https?:)[^ \t\r\n"<>]){1,${MAX_BASE}}?`;
  return new RegExp(
    String.raw`https?:(?<slash>\\?/)\k<slash>${base}` +
      String.raw`\k<slash>image\k<slash>files\k<slash>${requestId}\k<slash>(?<name>${NAME_PATTERN})`,
    'gi',
  );
}

/**
 * Replaces the stored links to images of one request in a text, and nothing else. Memory does not grow with the text.
 *
 * @param requestId an id of ours
 */
export function replaceImageLinks(
  source: Readable,
  requestId: string,
  linkTo: ImageLinks,
): Readable {
  const pattern = linksOf(requestId);
  /** The end of the previous chunk, which may contain the beginning of a link. */
  let held = '';

  /** Replaces links in the text, up to where a link may continue in the next chunk; holds the rest. */
  async function replaced(text: string, isLast: boolean): Promise<Buffer> {
    const pieces: string[] = [];
    let at = 0;
    for (const { 0: link, index, groups: { slash = '/', name = '' } = {} } of text.matchAll(
      pattern,
    )) {
      const fresh = await linkTo(requestId, name);
      pieces.push(text.slice(at, index), fresh.replaceAll('/', slash));
      at = index + link.length;
    }
    const end = isLast ? text.length : Math.max(at, text.length - MAX_LINK);
    held = text.slice(end);
    return Buffer.from(pieces.join('') + text.slice(at, end), 'latin1');
  }

  // Bytes are read and written as Latin-1: links are ASCII, and other bytes do not change, even where a chunk cuts a
  // character.
  const replacing = new Transform({
    transform(chunk: Buffer, _, done) {
      replaced(held + chunk.toString('latin1'), false).then((bytes) => {
        done(null, bytes);
      }, done);
    },
    flush(done) {
      replaced(held, true).then((bytes) => {
        done(null, bytes);
      }, done);
    },
  });
  // When one of the two streams ends or fails, so does the other; the reader gets the error.
  return pipeline(source, replacing, () => undefined);
}
