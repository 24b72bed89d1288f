import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Attack, Target } from './attack';
import { formOf, HEADER, sheetOf } from './forms';
import { rawCall, requestOf } from './rawCall';

const MEBIBYTE = 2 ** 20;
const ASSETS = ['/redoc/redoc.standalone.js', '/docs/swagger-ui-bundle.js', '/openapi.json'];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'];
const PATHS = [
  '/image/requests/',
  '/image/status/',
  '/image/result/',
  '/image/files/',
  '/docs/',
  '/',
];
/** The limit of the service, and one more. */
const PIPELINED = 17;

const of = <T>(choices: readonly [T, ...T[]] | readonly T[]): T =>
  choices[randomInt(choices.length)] as T;

/** Attacks on the API alone: about 2,000 calls a minute. */
export function apiAttacks({ port, key, hosts }: Target): Attack[] {
  const authorization = { authorization: `Bearer ${key}` };
  const badRows = 'x,y,"no link, nor anything like it"\n'.repeat(MEBIBYTE / 36);
  const oneLink = `1,One,${hosts.url}/missing.jpg\n`;
  const longRow = `1,${'a'.repeat(MEBIBYTE - 100)},${hosts.url}/missing.jpg\n`;
  const manyLinks = `1,Many,"${Array.from({ length: 20_000 }, (_, index) => `${hosts.url}/missing/${index}.jpg`).join(',')}"\n`;
  const upload = (rows: string) => () =>
    rawCall({ port, bytes: formOf(authorization, sheetOf(rows)), ms: 60_000 });
  const slowly = (bytes: string | Buffer, everySecond: (socket: Socket) => void) => () =>
    rawCall({ port, bytes, everySecond, ms: 90_000 });

  return [
    { name: 'sheets of bad rows', perMinute: 60, atOnce: 6, run: upload(badRows) },
    { name: 'bad rows and a link', perMinute: 20, atOnce: 4, run: upload(badRows + oneLink) },
    { name: 'rows of 1 MiB', perMinute: 30, atOnce: 4, run: upload(longRow + longRow) },
    { name: 'rows of 20,000 links', perMinute: 30, atOnce: 4, run: upload(manyLinks + oneLink) },
    {
      name: 'pipelined assets, not read',
      perMinute: 20,
      atOnce: 20,
      calls: PIPELINED,
      run: () => {
        const one = requestOf('GET', of(ASSETS), {});
        const count = PIPELINED - randomInt(2);
        return rawCall({
          port,
          bytes: Buffer.concat(Array<Buffer>(count).fill(one)),
          isDeaf: true,
          ms: 20_000,
        });
      },
    },
    {
      name: 'slow headers',
      perMinute: 60,
      atOnce: 60,
      run: slowly('GET /docs HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ', (socket) => {
        socket.write('a');
      }),
    },
    {
      name: 'slow bodies',
      perMinute: 60,
      atOnce: 100,
      run: slowly(
        formOf(authorization, sheetOf(badRows)).subarray(0, 2_000),
        (socket) => void socket.write('x,y,z\n'),
      ),
    },
    {
      name: 'malformed multipart',
      perMinute: 240,
      atOnce: 10,
      run: () => {
        const form = formOf(authorization, `${HEADER}\n${oneLink}`);
        const start = form.indexOf('\r\n\r\n') + 4;
        const broken = Buffer.from(form);
        for (let index = 0; index < 20; index += 1) {
          broken.writeUInt8(randomInt(256), randomInt(start, broken.length));
        }
        return rawCall({ port, bytes: broken, ms: 20_000 });
      },
    },
    {
      name: 'random paths and methods',
      perMinute: 700,
      atOnce: 20,
      run: () => {
        const path = `${of(PATHS)}${randomBytes(randomInt(1, 40)).toString('base64url')}`;
        const headers = { ...authorization, connection: 'close' };
        return rawCall({ port, bytes: requestOf(of(METHODS), path, headers), ms: 20_000 });
      },
    },
    {
      name: 'no HTTP at all',
      perMinute: 120,
      atOnce: 10,
      run: () => rawCall({ port, bytes: randomBytes(randomInt(1, 4_000)), ms: 20_000 }),
    },
    {
      name: 'wrong hosts',
      perMinute: 240,
      atOnce: 10,
      run: () => {
        const host = `${randomBytes(6).toString('hex')}.example`;
        const bytes = requestOf('GET', '/image/requests', { ...authorization, host });
        return rawCall({ port, bytes, ms: 20_000 });
      },
    },
    {
      name: 'bodies without a key',
      perMinute: 120,
      atOnce: 10,
      run: () => rawCall({ port, bytes: formOf({}, sheetOf(badRows)), ms: 20_000 }),
    },
  ];
}
