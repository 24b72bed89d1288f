import { getDecoder } from 'iconv-lite';

/** Decodes a text chunk by chunk. Both functions throw `EncodingError` for bytes that the encoding does not have. */
interface Decoder {
  write(chunk: Buffer): string;
  end(): void;
}

/** Bytes of a text that have no meaning in its encoding. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
}

/** What iconv-lite returns for bytes without a meaning. Text in a legacy encoding does not contain it. */
const REPLACEMENT = '\ufffd';

/** Decoded by Node, since iconv-lite lacks them or has older tables. */
const BY_NODE = ['utf-8', 'macintosh', 'x-mac-cyrillic', 'iso-2022-jp'];

/** Where iconv-lite has the table of the Encoding Standard under another name. */
const ICONV_NAMES: Readonly<Record<string, string>> = {
  gbk: 'gb18030',
  'iso-8859-8-i': 'iso-8859-8',
  'koi8-u': 'koi8-ru',
};

const iconvName = (encoding: string) => ICONV_NAMES[encoding] ?? encoding;

/** Whether a quote is the byte 22 in this encoding, and that byte is never a part of another character. */
export function hasAsciiQuotes(encoding: string): boolean {
  return !['utf-16le', 'utf-16be', 'iso-2022-jp'].includes(encoding);
}

/** @param encoding the name of a WHATWG encoding, from `readEncoding` or `chooseEncoding` */
export function createDecoder(encoding: string): Decoder {
  if (BY_NODE.includes(encoding)) return nodeDecoder(encoding);
  return encoding.startsWith('utf-16') ? utf16Decoder(encoding) : legacyDecoder(encoding);
}

function nodeDecoder(encoding: string): Decoder {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  function decode(work: () => string): string {
    try {
      return work();
    } catch (cause) {
      throw new EncodingError('Bytes cannot be decoded', { cause });
    }
  }
  return {
    write: (chunk) => decode(() => decoder.decode(chunk, { stream: true })),
    end() {
      decode(() => decoder.decode());
    },
  };
}

/** iconv-lite decodes half a character without an error. */
function utf16Decoder(encoding: string): Decoder {
  const decoder = getDecoder(encoding, { stripBOM: false });
  let bytes = 0;
  let half = '';
  return {
    write(chunk) {
      bytes += chunk.length;
      const text = half + decoder.write(chunk);
      const end = /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
      half = text.slice(end);
      const whole = text.slice(0, end);
      // NUL is no text in any encoding.
      if (/[\0\p{Surrogate}]/u.test(whole)) throw new EncodingError('Half a character, or NUL');
      return whole;
    },
    end() {
      if (bytes % 2 === 1 || half + (decoder.end() ?? '') !== '') {
        throw new EncodingError('Half a character at the end');
      }
    },
  };
}

function legacyDecoder(encoding: string): Decoder {
  const decoder = getDecoder(iconvName(encoding), { stripBOM: false });
  return {
    write(chunk) {
      const text = decoder.write(chunk);
      if (!text.includes(REPLACEMENT)) return text;
      if (!encoding.startsWith('windows-')) throw new EncodingError('Bytes without a meaning');
      return withControls(text, chunk);
    },
    end() {
      if (decoder.end()) throw new EncodingError('Part of a character at the end');
    },
  };
}

/**
 * Decodes the bytes 80 to 9F that Microsoft's tables leave out: the Encoding Standard reads them as control
 * characters. In these encodings, every byte is one character.
 */
function withControls(text: string, bytes: Buffer): string {
  return text.replaceAll(REPLACEMENT, (_, at: number) => {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80 || byte > 0x9f) throw new EncodingError('Bytes without a meaning');
    return String.fromCharCode(byte);
  });
}
