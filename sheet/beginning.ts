import { chooseEncoding, readEncoding, undecodable } from './encoding';
import { hasOddNumberOfQuotes } from './quotes';
import type { Beginning } from './sheet';
import { createTextCleaner } from './text';
import { createInspector, incompleteBytes } from './textFindings';

/**
 * Decodes the first bytes of a file. What they cannot show is assumed to be as in most files: a file that is cut has
 * correct quotes, and the encoding of its beginning.
 *
 * @param named the label of an encoding, or `auto`
 * @throws Refusal when the file is no CSV, is empty, or its encoding is unclear
 */
export function decodeBeginning(head: Uint8Array, isCut: boolean, named: string): Beginning {
  const inspector = createInspector({ isAscii, isUtf8 });
  inspector.add(isCut ? head.subarray(0, head.length - incompleteBytes(head)) : head);
  const encoded = chooseEncoding(inspector.findings(), readEncoding(named));
  const cleaner = createTextCleaner(encoded.hasMark);
  const text = cleaner.add(decode(head, isCut, encoded.encoding));
  cleaner.end();
  return { ...encoded, text, isCut, hasOddQuotes: !isCut && hasOddNumberOfQuotes(text) };
}

function decode(bytes: Uint8Array, isCut: boolean, encoding: string): string {
  let text: string;
  try {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    // With `stream`, a character that is cut at the end is left out.
    text = decoder.decode(bytes, { stream: isCut });
  } catch {
    throw undecodable(encoding);
  }
  // As in the decoder of the server, NUL is no text in any encoding.
  if (text.includes('\0')) throw undecodable(encoding);
  return encoding === 'windows-1252' ? text.replace(C1, windows1252) : text;
}

const C1 = /[\u0080-\u009f]/g;

/** The characters of the bytes 80 to 9F; a space stands for a control character, which stays as it is. */
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Node 20 decodes these bytes as Latin-1 (https://github.com/nodejs/node/issues/60888); browsers do not. */
function windows1252(control: string): string {
  const character = WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80);
  return character === ' ' ? control : character;
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
