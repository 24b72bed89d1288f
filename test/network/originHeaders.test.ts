import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readOriginHeaders } from '../../src/network/originHeaders';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headers-'));
  file = path.join(folder, 'headers.json');
});
afterAll(() => rm(folder, { recursive: true }));

function read(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readOriginHeaders(file);
}

function headersOf(content: unknown, link: string): Readonly<Record<string, string>> {
  const result = read(content);
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.headersFor(new URL(link));
}

function faultsOf(content: unknown): readonly string[] {
  const result = read(content);
  return 'faults' in result ? result.faults : [];
}

describe('readOriginHeaders(file).headersFor(url)', () => {
  it.each([
    ['cdn.example', 'https://cdn.example/a.jpg'],
    ['cdn.example', 'https://cdn.example:443/a.jpg'],
    ['cdn.example:443', 'https://cdn.example/a.jpg'],
    ['CDN.Example', 'https://cdn.example/a.jpg'],
    ['cdn.example:8443', 'https://cdn.example:8443/a.jpg'],
    ['größe.example', 'https://xn--gre-6ka8i.example/a.jpg'],
    ['[2001:db8::1]:8443', 'https://[2001:db8:0::1]:8443/'],
    ['http://cdn.example', 'http://cdn.example/a.jpg'],
    ['http://cdn.example:80', 'http://cdn.example/a.jpg'],
    ['HTTP://cdn.example:8080', 'http://cdn.example:8080/a.jpg'],
  ])('headers of %s are sent to %s', (host, link) => {
    expect(headersOf({ [host]: { 'X-Key': 'k', Referer: 'https://shop.example/' } }, link)).toEqual(
      {
        'x-key': 'k',
        referer: 'https://shop.example/',
      },
    );
  });

  it.each([
    ['cdn.example', 'http://cdn.example/a.jpg'],
    ['cdn.example', 'https://cdn.example:8443/'],
    ['cdn.example', 'https://a.cdn.example/'],
    ['cdn.example', 'https://cdn.example.evil.example/'],
    ['cdn.example', 'https://cdn.example@evil.example/'],
    ['cdn.example', 'https://cdn.example./'],
    ['http://cdn.example', 'https://cdn.example/'],
    ['cdn.example:80', 'http://cdn.example/'],
  ])('headers of %s are not sent to %s', (host, link) => {
    expect(headersOf({ [host]: { 'X-Key': 'k' } }, link)).toEqual({});
  });

  it('contains the headers of the host and no others', () => {
    const content = { 'a.example': { 'X-A': '1' }, 'b.example': { 'X-B': '2' }, 'c.example': {} };
    expect(headersOf(content, 'https://b.example/')).toEqual({ 'x-b': '2' });
    expect(headersOf(content, 'https://c.example/')).toEqual({});
    expect(headersOf({}, 'https://c.example/')).toEqual({});
  });

  it('accepts a file with a byte order mark', () => {
    expect(headersOf('\ufeff{"a.example":{"X-A":"1"}}', 'https://a.example/')).toEqual({
      'x-a': '1',
    });
  });
});

describe('readOriginHeaders(file): faults', () => {
  it.each(['Host', 'content-length', 'Transfer-Encoding', 'CONNECTION', 'TE', 'Upgrade', 'Range'])(
    'refuses the header %s',
    (name) => {
      expect(faultsOf({ 'a.example': { [name]: 'x' } })).toEqual([
        `"a.example": expected no header "${name}": it cannot be set here`,
      ]);
    },
  );

  it.each(['', 'X Key', 'X-Key:', 'X-Kéy', 'X-Key\r\nHost'])('refuses the name %j', (name) => {
    expect(faultsOf({ 'a.example': { [name]: 'x' } })).toEqual([
      '"a.example": expected a header name, received an invalid one',
    ]);
  });

  it.each(['a\r\nHost: b', 'a\nb', 'a\0', 'a\u007f', '\u20ac'])('refuses the value %j', (value) => {
    expect(faultsOf({ 'a.example': { 'X-Key': value } })).toEqual([
      '"a.example": expected a value without line breaks and control characters for "X-Key"',
    ]);
  });

  it.each([
    '',
    ' ',
    'https://a.example',
    'ftp://a.example',
    'a.example/',
    'a.example/path',
    'a?b',
    '*.example',
    '*',
    'a.example:port',
    'a.example:99999',
    'a b',
    '//a.example',
    'http://',
  ])('refuses the host %j', (host) => {
    expect(faultsOf({ [host]: { 'X-Key': 'x' } })).toEqual([
      `${JSON.stringify(host)}: expected host or host:port, optionally with http:// before it`,
    ]);
  });

  it('refuses a host or a header that occurs twice', () => {
    expect(faultsOf({ 'a.example': {}, 'A.example:443': {} })).toEqual([
      '"A.example:443": expected each host once',
    ]);
    expect(faultsOf({ 'a.example': { 'X-Key': '1', 'x-key': '2' } })).toEqual([
      '"a.example": expected the header "x-key" once',
    ]);
  });

  it.each([
    ['[]', ['Expected an object of hosts']],
    ['null', ['Expected an object of hosts']],
    ['{"a.example": "secret"}', ['"a.example": expected an object of headers']],
    ['{"a.example": {"X-Key": 7}}', ['"a.example": "X-Key": expected text']],
    ['{"a.example": {"X-Key": "secret"', ['Expected JSON, received invalid JSON']],
  ])('refuses %s', (content, faults) => {
    expect(faultsOf(content)).toEqual(faults);
  });

  it('refuses a file that does not exist', () => {
    expect(readOriginHeaders(path.join(folder, 'none'))).toEqual({
      faults: ['Expected a file that can be read, received ENOENT'],
    });
    expect(readOriginHeaders(folder)).toEqual({
      faults: ['Expected a file that can be read, received EISDIR'],
    });
  });

  it('lists all faults without any header value', () => {
    const faults = faultsOf({
      'a.example': { Host: 'secret', 'X-Key': 'secret\n', 'X: secret': '' },
      'user:secret@b.example': { TE: 'secret' },
    });
    expect(faults).toHaveLength(5);
    expect(faults.join('\n')).not.toContain('secret');
  });

  it('reports faults, or returns headers that can be sent, for any file', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a.example', 'http://b.example', 'X-Key'));
    const content = fc.dictionary(text, fc.dictionary(text, text));
    fc.assert(
      fc.property(content, (hosts) => {
        const result = read(hosts);
        if ('faults' in result) {
          expect(result.faults.length).toBeGreaterThan(0);
          return;
        }
        for (const link of ['https://a.example/', 'http://b.example/']) {
          expect(() => new Headers(result.headersFor(new URL(link)))).not.toThrow();
        }
      }),
      { numRuns: 300 },
    );
  });
});
