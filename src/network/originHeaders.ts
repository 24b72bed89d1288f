import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseUrl } from '../../contract/url';
import { codeOf } from './reason';

/** Returns the headers that the operator configured for the origin of a URL, with lower-case names. */
export type OriginHeaders = (url: URL) => Readonly<Record<string, string>>;

/**
 * Headers that cannot be configured: the link and the connection determine them (RFC 9110 §7.2, §7.6.1, RFC 9112
 * §6), or they request something other than the complete image (RFC 9110 §13, §14).
 */
const REFUSED_NAMES = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  'expect',
  'proxy-authorization',
  'proxy-authenticate',
  'content-encoding',
  'accept-encoding',
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
]);

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 §5.5; each character is sent as one byte. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const fileSchema = z.record(
  z.string(),
  z.record(z.string(), z.string('expected text'), 'expected an object of headers'),
  'Expected an object of hosts',
);

/**
 * Reads `DOWNLOAD_HEADERS_FILE`. Header values are secrets, so they never appear in a message.
 *
 * @returns the headers by origin, or all faults, one line each
 */
export function readOriginHeaders(
  file: string,
): { readonly headersFor: OriginHeaders } | { readonly faults: readonly string[] } {
  const json = readJson(file);
  if ('fault' in json) return { faults: [json.fault] };
  const parsed = fileSchema.safeParse(json.value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) =>
      [...path.map((step) => JSON.stringify(step)), message].join(': '),
    );
    return { faults };
  }
  const byOrigin = new Map<string, Readonly<Record<string, string>>>();
  const faults: string[] = [];
  for (const [host, headers] of Object.entries(parsed.data)) {
    const origin = originOf(host);
    const shown = JSON.stringify(host.replace(/^.*@/s, ''));
    if (origin === null) faults.push(`${shown}: ${EXPECTED_HOST}`);
    else if (byOrigin.has(origin)) faults.push(`${shown}: expected each host once`);
    else byOrigin.set(origin, lowerCased(headers));
    for (const fault of faultsOf(headers)) faults.push(`${shown}: ${fault}`);
  }
  if (faults.length > 0) return { faults };
  return { headersFor: ({ origin }) => byOrigin.get(origin) ?? {} };
}

const EXPECTED_HOST = 'expected host or host:port, optionally with http:// before it';

function readJson(file: string): { readonly value: unknown } | { readonly fault: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { fault: `Expected a file that can be read, received ${codeOf(error)}` };
  }
  try {
    return { value: JSON.parse(text.replace(/^\ufeff/, '')) };
  } catch {
    // The parser's message quotes the text at the fault, which may be a secret.
    return { fault: 'Expected JSON, received invalid JSON' };
  }
}

/** Returns `null` when the text is not exactly one host. */
function originOf(text: string): string | null {
  const [, scheme = 'https://', host = ''] = /^(http:\/\/)?([^\s/?#@\\]+)$/i.exec(text) ?? [];
  const link = `${scheme.toLowerCase()}${host}`;
  const url = host === '' ? null : parseUrl(link);
  return url === null || url.hostname.includes('*') ? null : url.origin;
}

function faultsOf(headers: Readonly<Record<string, string>>): string[] {
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([name, value]) => {
    const shown = JSON.stringify(name);
    const known = name.toLowerCase();
    // An invalid name may be an entire line with a secret in it, so it is not shown.
    if (!TOKEN.test(name)) return ['expected a header name, received an invalid one'];
    if (REFUSED_NAMES.has(known)) return [`expected no header ${shown}: it cannot be set here`];
    if (seen.has(known)) return [`expected the header ${shown} once`];
    seen.add(known);
    if (FIELD_VALUE.test(value)) return [];
    return [`expected a value without line breaks and control characters for ${shown}`];
  });
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
