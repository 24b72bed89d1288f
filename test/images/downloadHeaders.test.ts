import type { IncomingHttpHeaders } from 'node:http';
import type { OriginHeaders } from '../../src/network/originHeaders';
import { bytes, redirect, startOrigin, status, type Answer, type Origin } from '../support/origin';
import { download, type DownloadOptions } from './downloads';
import { failure } from './failure';

let origin: Origin;
let other: Origin;
beforeEach(async () => {
  [origin, other] = await Promise.all([startOrigin(), startOrigin()]);
});
afterEach(() => Promise.all([origin.stop(), other.stop()]));

const echo: Answer = (response, { headers }) => response.end(JSON.stringify(headers));
const asked = async (link: string, options: DownloadOptions) =>
  JSON.parse((await download(link, options)).toString()) as IncomingHttpHeaders;

/** The headers of a `DOWNLOAD_HEADERS_FILE` with one origin. */
const only =
  (of: Origin, headers: Record<string, string>): OriginHeaders =>
  (url) =>
    url.origin === of.url ? headers : {};

describe('DOWNLOAD_USER_AGENT', () => {
  it('is sent with downloads', async () => {
    const link = origin.on('/a.jpg', echo);
    expect(await asked(link, { userAgent: 'shop/1.0' })).toMatchObject({
      'user-agent': 'shop/1.0',
    });
  });

  it('allows downloads from a host that requires a browser', async () => {
    const link = origin.on('/a.jpg', (response, { headers }) => {
      const isBrowser = /mozilla/i.test(headers['user-agent'] ?? '');
      response.writeHead(isBrowser ? 200 : 403).end('the bytes');
    });
    expect(await failure(download(link))).toMatchObject({ code: 'http_403' });
    const userAgent = 'Mozilla/5.0 (compatible; shop)';
    expect((await download(link, { userAgent })).toString()).toBe('the bytes');
  });
});

describe('DOWNLOAD_HEADERS_FILE', () => {
  it('adds headers and replaces those that the service sends by default', async () => {
    const link = origin.on('/a.jpg', echo);
    const headers = { referer: 'https://shop.example/', 'user-agent': 'x', accept: 'image/jpeg' };
    expect(await asked(link, { originHeaders: only(origin, headers) })).toMatchObject(headers);
  });

  it('sends a key that a host requires', async () => {
    const link = origin.on('/a.jpg', (response, { headers }) => {
      response.writeHead(headers['x-key'] === 'k' ? 200 : 401).end('the bytes');
    });
    const originHeaders = only(origin, { 'x-key': 'k' });
    expect((await download(link, { originHeaders })).toString()).toBe('the bytes');
    expect(await failure(download(link))).toMatchObject({ code: 'http_401' });
  });

  it('applies to each redirect separately: not to another host, and again to the first one', async () => {
    const seen: unknown[] = [];
    const middle = other.on('/b', (response, request) => {
      seen.push(request.headers['x-key'], request.headers.cookie);
      redirect(`${origin.url}/last.jpg`)(response, request);
    });
    origin.on('/last.jpg', echo);
    const link = origin.on('/a.jpg', redirect(middle));
    const originHeaders = only(origin, { 'x-key': 'k', cookie: 'key=1' });
    expect(await asked(link, { originHeaders })).toMatchObject({ 'x-key': 'k', cookie: 'key=1' });
    expect(seen).toEqual([undefined, undefined]);
  });

  it('precedes cookies of a redirect, and is overridden by credentials of the link', async () => {
    origin.on('/b.jpg', echo);
    const link = origin.on('/a.jpg', status(302, { 'set-cookie': 'id=2', location: '/b.jpg' }));
    const originHeaders = only(origin, { cookie: 'key=1', authorization: 'Bearer k' });
    expect(await asked(link, { originHeaders })).toMatchObject({
      cookie: 'key=1; id=2',
      authorization: 'Bearer k',
    });
    const own = link.replace('//', '//user:pw@');
    expect(await asked(own, { originHeaders })).toMatchObject({
      authorization: `Basic ${Buffer.from('user:pw').toString('base64')}`,
    });
  });

  it('does not appear in messages', async () => {
    const originHeaders = only(origin, { 'x-key': 'hunter2' });
    for (const answer of [status(403), status(302, { location: 'http://a..b/' }), bytes('')]) {
      const error = await failure(download(origin.on('/a.jpg', answer), { originHeaders }));
      expect(error.message + String(error.cause)).not.toContain('hunter2');
    }
  });
});

describe('the Accept header of downloads', () => {
  it('accepts any image, so hosts may send WebP', async () => {
    const link = origin.on('/a.jpg', (response, { headers }) => {
      response.end(headers.accept?.includes('image/*') === true ? 'WebP' : 'JPEG');
    });
    expect((await download(link)).toString()).toBe('WebP');
  });
});
