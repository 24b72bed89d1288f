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

/** As `DOWNLOAD_HEADERS_FILE` would have it for one origin. */
const only =
  (of: Origin, headers: Record<string, string>): OriginHeaders =>
  (url) =>
    url.origin === of.url ? headers : {};

describe('DOWNLOAD_USER_AGENT', () => {
  it('is how downloads name themselves', async () => {
    const link = origin.on('/a.jpg', echo);
    expect(await asked(link, { userAgent: 'shop/1.0' })).toMatchObject({
      'user-agent': 'shop/1.0',
    });
  });

  it('lets downloads in where a browser is expected', async () => {
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
  it('adds headers, and replaces those that the service sends by itself', async () => {
    const link = origin.on('/a.jpg', echo);
    const headers = { referer: 'https://shop.example/', 'user-agent': 'x', accept: 'image/jpeg' };
    expect(await asked(link, { originHeaders: only(origin, headers) })).toMatchObject(headers);
  });

  it('lets in with a key, and tells a host without one apart', async () => {
    const link = origin.on('/a.jpg', (response, { headers }) => {
      response.writeHead(headers['x-key'] === 'k' ? 200 : 401).end('the bytes');
    });
    const originHeaders = only(origin, { 'x-key': 'k' });
    expect((await download(link, { originHeaders })).toString()).toBe('the bytes');
    expect(await failure(download(link))).toMatchObject({ code: 'http_401' });
  });

  it('is decided anew at every hop: another host carries nothing, the way back carries it again', async () => {
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

  it('stands before cookies that a redirect sets, and behind credentials of the link', async () => {
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

  it('stands in no message', async () => {
    const originHeaders = only(origin, { 'x-key': 'hunter2' });
    for (const answer of [status(403), status(302, { location: 'http://a..b/' }), bytes('')]) {
      const error = await failure(download(origin.on('/a.jpg', answer), { originHeaders }));
      expect(error.message + String(error.cause)).not.toContain('hunter2');
    }
  });
});

describe('what downloads accept', () => {
  it('is any image: hosts that choose by it may send WebP', async () => {
    const link = origin.on('/a.jpg', (response, { headers }) => {
      response.end(headers.accept?.includes('image/*') === true ? 'WebP' : 'JPEG');
    });
    expect((await download(link)).toString()).toBe('WebP');
  });
});
