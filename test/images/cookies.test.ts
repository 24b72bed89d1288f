import fc from 'fast-check';
import { createCookieJar } from '../../src/images/cookies';
import { eventually } from '../support/eventually';
import { redirect, startOrigin, status, type Answer, type Origin } from '../support/origin';
import { download } from './downloads';
import { failure } from './failure';

const url = (text: string) => new URL(text);

/** Returns the cookies that are sent to one URL after another URL has set some. */
function sent(from: string, cookies: string[], to = from): string | undefined {
  const jar = createCookieJar();
  jar.store(url(from), cookies);
  return jar.headerFor(url(to));
}

describe('a cookie jar', () => {
  it.each([
    [['a=1'], 'a=1'],
    [['a=1; HttpOnly; SameSite=Strict', 'b=2'], 'a=1; b=2'],
    [['a=1', 'a=2'], 'a=2'],
    [['a = "x=y" '], 'a="x=y"'],
    [['nameless'], 'nameless'],
    [['gr\xc3\xb6\xc3\x9fe=1'], 'gr\xc3\xb6\xc3\x9fe=1'],
    [['a=1; Domain=shop.example', 'b=2; Domain=.SHOP.example'], 'a=1; b=2'],
    [['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'a=1'],
  ])('sends back %j as %j', (cookies, header) => {
    expect(sent('https://shop.example/a.jpg', cookies)).toBe(header);
  });

  it.each([
    [[]],
    [['=']],
    [['a=1\u0007']],
    [['a=1', 'a=; Max-Age=0']],
    [['a=1', 'a=; Max-Age=-1']],
    [['a=1', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT']],
    [['a=1; Domain=other.example']],
    [['a=1; Domain=hop.example']],
    [['a=1; Path=/b']],
    [[`a=${'x'.repeat(5_000)}`]],
  ])('sends nothing after %j', (cookies) => {
    expect(sent('https://shop.example/a.jpg', cookies)).toBeUndefined();
  });

  it.each([
    ['another host', 'https://other.example/a.jpg'],
    ['a host below', 'https://cdn.shop.example/a.jpg'],
    ['the host above', 'https://example/a.jpg'],
    ['another scheme', 'http://shop.example/a.jpg'],
    ['another port', 'https://shop.example:8443/a.jpg'],
  ])('sends nothing to %s, whatever its Domain attribute', (_, to) => {
    const cookies = ['a=1', 'b=2; Domain=example', 'c=3; Domain=shop.example'];
    expect(sent('https://shop.example/a.jpg', cookies, to)).toBeUndefined();
  });

  it('accepts Secure cookies from https only', () => {
    expect(sent('https://shop.example/', ['a=1; Secure'])).toBe('a=1');
    expect(sent('http://shop.example/', ['a=1; Secure', 'b=2'])).toBe('b=2');
  });

  it.each([
    ['/a/b.jpg', undefined, '/a/c.jpg', true],
    ['/a/b.jpg', undefined, '/a', true],
    ['/a/b.jpg', undefined, '/ab', false],
    ['/a/b.jpg', undefined, '/', false],
    ['/b.jpg', undefined, '/', true],
    ['/', '/a', '/a', true],
    ['/', '/a', '/a/b', true],
    ['/', '/a/', '/a/b', true],
    ['/', '/a', '/ab', false],
    ['/', 'a', '/b', true],
  ])('from %s with path %s to %s: %p (RFC 6265 §5.1.4)', (from, path, to, isSent) => {
    const cookie = path === undefined ? 'a=1' : `a=1; Path=${path}`;
    const header = sent(`http://shop.example${from}`, [cookie], `http://shop.example${to}`);
    expect(header).toBe(isSent ? 'a=1' : undefined);
  });

  it('sends longer paths first, then older ones', () => {
    const cookies = ['a=1; Path=/', 'b=2; Path=/p/q', 'c=3; Path=/', 'd=4; Path=/p'];
    expect(sent('http://shop.example/p/q', cookies)).toBe('b=2; d=4; a=1; c=3');
  });

  it('keeps the newest 50 and sends at most 8 KB', () => {
    const many = Array.from({ length: 60 }, (_, index) => `c${index}=1`);
    expect(sent('http://shop.example/', many)?.split('; ')).toEqual(many.slice(10));
    const long = Array.from({ length: 10 }, (_, index) => `c${index}=${'x'.repeat(2_000)}`);
    expect(sent('http://shop.example/', long)?.split('; ')).toEqual(long.slice(0, 4));
  });

  it('sends only what a header can contain, whatever was set', () => {
    const cookie = fc.array(fc.oneof(fc.string(), fc.constantFrom('=', ';', 'Path=/', ' ', '\n')));
    fc.assert(
      fc.property(fc.array(cookie), (cookies) => {
        const header = sent(
          'http://shop.example/',
          cookies.map((parts) => parts.join('')),
        );
        expect(header ?? 'a').toMatch(/^[\t\x20-\x7e\x80-\xff]+$/);
      }),
    );
  });
});

describe('download(link) along its redirects', () => {
  let origin: Origin;
  let other: Origin;
  beforeEach(async () => {
    [origin, other] = await Promise.all([startOrigin(), startOrigin()]);
  });
  afterEach(() => Promise.all([origin.stop(), other.stop()]));

  const echo: Answer = (response, { headers }) => response.end(String(headers.cookie));
  const setting = (cookie: string, location: string) =>
    status(302, { 'set-cookie': cookie, location });

  it('sends the cookies that were set, for shops that redirect to the same URL', async () => {
    const link = origin.on('/a.jpg', setting('ok=1; Path=/', '/a.jpg'), echo);
    expect((await download(link)).toString()).toBe('ok=1');
  });

  it('sends none to another host in the chain', async () => {
    origin.on('/last.jpg', echo);
    const seen: unknown[] = [];
    const middle = other.on('/b', (response, request) => {
      seen.push(request.headers.cookie);
      setting('theirs=2; Path=/', `${origin.url}/last.jpg`)(response, request);
    });
    const link = origin.on('/a.jpg', setting('ours=1; Path=/', middle));
    expect((await download(link)).toString()).toBe('ours=1');
    expect(seen).toEqual([undefined]);
  });

  it('discards them after the download', async () => {
    const link = origin.on('/a.jpg', setting('ok=1', '/b.jpg'));
    origin.on('/b.jpg', echo);
    expect((await download(link)).toString()).toBe('ok=1');
    expect((await download(`${origin.url}/b.jpg`)).toString()).toBe('undefined');
  });

  it('follows an endless loop up to the limit, and keeps no connection open', async () => {
    const link = origin.on('/a.jpg', setting('n=1', '/a.jpg'));
    expect(await failure(download(link))).toMatchObject({ code: 'too_many_redirects' });
    await eventually(origin.open, (open) => open === 0);
  });

  it('sends only cookies that a redirect has set', async () => {
    const link = origin.on('/a.jpg', redirect('/b.jpg'));
    origin.on('/b.jpg', echo);
    expect((await download(link)).toString()).toBe('undefined');
  });
});
