import { Refusal } from '../contract/refusal';
import { excerpt } from './excerpt';
import { notCsv, type TextFindings } from './textFindings';

/** The value of the upload field `encoding` that leaves the choice to {@link chooseEncoding}. */
const AUTO = 'auto';

export interface TextEncoding {
  /** The name of a WHATWG encoding, in lower case. */
  readonly encoding: string;
  /** Whether the file begins with a byte order mark. */
  readonly hasMark: boolean;
  /** Neither a mark nor the upload names the encoding, and other encodings are possible. */
  readonly encodingIsGuess: boolean;
}

/**
 * Reads the upload field `encoding`.
 *
 * @returns `auto`, or the name of the encoding that the label stands for
 * @throws Refusal `invalid`
 */
export function readEncoding(field: string): string {
  const label = field.trim().toLowerCase();
  if (label === AUTO) return AUTO;
  const encoding = encodingOf(label);
  if (encoding !== null) return encoding;
  throw refusal(
    'encoding',
    'unknown_encoding',
    'Expected auto or a WHATWG encoding label, such as utf-8, utf-16le, windows-1252 or shift_jis; ' +
      `received ${excerpt(field)}`,
  );
}

/** Returns the encoding that a label names in the Encoding Standard; `latin1` is `windows-1252`. */
function encodingOf(label: string): string | null {
  // The only one that Node does not know (https://nodejs.org/api/util.html#whatwg-supported-encodings).
  if (label === 'iso-8859-16') return label;
  // Known only to browsers, for bytes that are no text.
  if (label === 'x-user-defined') return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

/**
 * Returns the encoding of a file: that of its byte order mark, or the named one, or what its bytes show. A mark
 * decides before the name, as in the Encoding Standard.
 *
 * @param named what {@link readEncoding} returned
 * @throws Refusal `not_csv` for NUL outside UTF-16, `invalid` when the encoding is unclear or cannot be right
 */
export function chooseEncoding(text: TextFindings, named: string): TextEncoding {
  const { mark, looksLike } = text;
  const encoding = mark ?? (named === AUTO ? null : named);
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
  if (!isUtf16 && looksLike !== null) throw withoutMark(looksLike);
  if (!isUtf16 && text.hasNul) throw notCsv();
  if (encoding === null) return guess(text);
  if (encoding === 'utf-8' && text.utf8 !== 'valid') throw undecodable(encoding);
  // The delimiters and line ends of any sheet have a NUL in UTF-16.
  if (isUtf16 && !text.hasNul) throw undecodable(encoding);
  return { encoding, hasMark: mark !== null, encodingIsGuess: false };
}

function guess({ utf8, mayBeWindows1252 }: TextFindings): TextEncoding {
  if (utf8 === 'valid') return { encoding: 'utf-8', hasMark: false, encodingIsGuess: false };
  if (utf8 === 'cut') {
    throw refusal(
      'file',
      'invalid_encoding',
      'Expected UTF-8 text, received one that ends within a character; upload the whole file, ' +
        'or name its encoding in the field "encoding"',
    );
  }
  if (mayBeWindows1252) {
    return { encoding: 'windows-1252', hasMark: false, encodingIsGuess: true };
  }
  throw refusal(
    'encoding',
    'unclear_encoding',
    'Expected UTF-8 or Windows-1252, received bytes that are neither; name the encoding of the file in the field ' +
      '"encoding" (such as windows-1251 or shift_jis), or save the sheet as "CSV UTF-8"',
  );
}

function withoutMark(likely: string): Refusal {
  return refusal(
    'encoding',
    'unclear_encoding',
    'Expected a byte order mark, received what looks like UTF-16 without one; ' +
      `send the field "encoding" with ${likely}, or save the sheet as "CSV UTF-8"`,
  );
}

/** The bytes of a file are not possible in its encoding. */
export function undecodable(encoding: string): Refusal {
  return refusal(
    'file',
    'invalid_encoding',
    `Expected text in ${encoding}, received bytes that are not; save the sheet as "CSV UTF-8", ` +
      'or name its encoding in the field "encoding"',
  );
}

function refusal(part: 'file' | 'encoding', type: string, msg: string): Refusal {
  return new Refusal('invalid', msg, [{ loc: ['body', part], msg, type }]);
}
