/** An image that is written into its link (RFC 2397). */
export interface DataLink {
  /** What is shown in place of the link: `data:image/png (12 KB)`. */
  readonly shown: string;
  /** `null` when there are none, or when they are damaged. */
  readonly bytes: Buffer | null;
}

export function isDataLink(link: string): boolean {
  return /^data:/i.test(link);
}

/** Decodes a `data:` link as browsers do (Fetch Standard, "data: URL processor"). */
export function parseDataLink(link: string): DataLink {
  const comma = link.indexOf(',');
  const header = comma === -1 ? link : link.slice(0, comma);
  const content = comma === -1 ? Buffer.alloc(0) : decodePercent(link.slice(comma + 1));
  const decoded = /; *base64 *$/i.test(header) ? decodeBase64(content) : content;
  const bytes = decoded?.length === 0 ? null : decoded;
  const [, type = 'data:'] = /^(data:[\w.+-]{1,20}\/[\w.+-]{1,40})/i.exec(header) ?? [];
  return { shown: `${type} (${Math.ceil((bytes?.length ?? 0) / 1024)} KB)`, bytes };
}

function decodePercent(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (!text.includes('%')) return bytes;
  const decoded = bytes
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** @returns `null` for anything else: Node's decoder skips what it does not know */
function decodeBase64(content: Buffer): Buffer | null {
  const text = content.toString('latin1').replace(/[\t\n\f\r ]/g, '');
  const digits = text.replace(/={1,2}$/, '');
  if (digits.length % 4 === 1 || !/^[\w+/-]*$/.test(digits)) return null;
  return Buffer.from(digits, 'base64');
}
