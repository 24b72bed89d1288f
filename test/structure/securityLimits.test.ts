import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../src/config';
import { CONNECTION_LIMITS } from '../../src/http/connections';
import { MAX_JSON_BYTES } from '../../src/http/jsonBody';
import { MAX_HEADER_BYTES } from '../../src/network/limits';
import { THUMBNAIL_LIMITS } from '../../src/pipeline/thumbnailer';
import { READING_LIMITS } from '../../src/requests/sheetThreads';
import { FAILURE_KEPT_MS, THUMBNAIL_TURNS } from '../../src/requests/thumbnails';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Returns the number that the pattern finds in a file; for a name, the one that it is set to. */
function numberIn(file: string, sought: RegExp | string): number {
  const pattern =
    sought instanceof RegExp ? sought : new RegExp(`\\b${sought}\\b ?[=:] ([\\d_ *]+)`);
  const written = pattern.exec(read(file))?.[1]?.replaceAll('_', '');
  if (written === undefined) throw new Error(`Expected ${String(sought)} in ${file}`);
  const factors = written.split(/(?<!\*)\*(?!\*)/).map((factor) => {
    const [base = NaN, exponent = 1] = factor.split('**').map(Number);
    return base ** exponent;
  });
  return factors.reduce((product, factor) => product * factor, 1);
}

/** How the page writes numbers, sizes and times. */
const count = (value: number) => value.toLocaleString('en-US');

function bytes(value: number): string {
  const unit = value % 2 ** 30 === 0 ? 3 : value % 2 ** 20 === 0 ? 2 : 1;
  return `${count(value / 1024 ** unit)} ${['KiB', 'MiB', 'GiB'][unit - 1] ?? ''}`;
}

function time(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms % 60_000 === 0 && ms > 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

const COMPRESSORS = 'src/pipeline/compressors.ts';
const config = readConfig({});
const ports = config.ALLOWED_PORTS.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));

/**
 * The figures of each row, in the order of the page: all of its column "Default", and any of its column "Reason". An
 * empty list says that the row has no figure.
 */
const FIGURES: Readonly<Record<string, readonly string[]>> = {
  // Connections
  'Unanswered requests on a connection': [count(CONNECTION_LIMITS.requestsAtOnce)],
  'Connections from one address': [count(CONNECTION_LIMITS.perAddress)],
  'Time until a header is complete': [time(CONNECTION_LIMITS.headersMs)],
  'Body of a request': [bytes(CONNECTION_LIMITS.bodyBytes), time(CONNECTION_LIMITS.bodyMs)],
  'Time of one request': [time(numberIn('src/bin/api.ts', 'UPLOAD_MS'))],
  'Idle connection between two requests': [time(CONNECTION_LIMITS.keepAliveMs)],
  'Idle connection during a request': [time(numberIn('src/bin/api.ts', 'IDLE_MS'))],
  'Check of the time limits': [time(numberIn('src/bin/api.ts', 'CHECK_MS'))],
  'Host names': [],
  'Writes of other sites': [],
  'Writes of one caller (`RATE_LIMIT_WRITES_PER_MINUTE`)': [
    `${count(config.RATE_LIMIT_WRITES_PER_MINUTE)} a minute`,
    bytes(numberIn('src/http/writeLimit.ts', 'MAX_DRAINED_BYTES')),
  ],
  // Uploads
  'File (`MAX_UPLOAD_BYTES`)': [bytes(config.MAX_UPLOAD_BYTES)],
  'Rest of the form': [
    bytes(numberIn('src/http/form.ts', 'FORM_OVERHEAD_BYTES')),
    `${count(numberIn('src/http/form.ts', 'fields'))} text fields`,
    bytes(numberIn('src/http/form.ts', 'fieldSize')),
    `${count(numberIn('src/http/form.ts', 'fieldNameSize'))} bytes`,
  ],
  'Name of the file': [count(numberIn('src/http/form.ts', 'MAX_NAME_LENGTH'))],
  'Sending after a refusal': [time(numberIn('src/http/drain.ts', 'DRAIN_MS'))],
  'Files read at once': [
    `${READING_LIMITS.small.atOnce} small`,
    `${READING_LIMITS.large.atOnce} large`,
    bytes(numberIn('src/requests/sheetThreads.ts', 'MAX_SMALL_BYTES')),
    `${numberIn('src/requests/sheetThreads.ts', 'MAX_HEAP_MB')} MB`,
  ],
  'Files that wait for it': [
    `${READING_LIMITS.small.waiting} small`,
    `${READING_LIMITS.large.waiting} large`,
  ],
  'Large sheets recorded at once': [
    `${numberIn('src/temporal/worker.ts', 'MAX_SHEETS')} per worker`,
    count(numberIn('activities/acceptRequest.ts', 'MAX_SMALL')),
  ],
  'Links (`MAX_IMAGES_PER_REQUEST`)': [count(config.MAX_IMAGES_PER_REQUEST)],
  'Images of a caller in progress (`MAX_QUEUED_IMAGES_PER_CALLER`)': [
    count(config.MAX_QUEUED_IMAGES_PER_CALLER),
  ],
  'Links of a row': [count(numberIn('sheet/row.ts', 'MAX_LINKS'))],
  'Length of a link': [bytes(numberIn('sheet/row.ts', 'MAX_LINK_LENGTH'))],
  Row: [count(numberIn('sheet/parse.ts', 'max_record_size'))],
  Line: [count(numberIn('sheet/split.ts', 'MAX_RECORD'))],
  Header: [
    `${count(numberIn('sheet/header.ts', 'MAX_COLUMNS'))} columns`,
    `${count(numberIn('sheet/sheet.ts', 'HEADER_WITHIN'))} characters`,
  ],
  '`webhook_url`': [count(numberIn('contract/http/uploads.ts', /\.max\((\d+), /))],
  '`Idempotency-Key`': [count(numberIn('contract/http/uploads.ts', /\{1,(\d+)\}\$/))],
  'Body of a bulk operation': [
    bytes(MAX_JSON_BYTES),
    `${count(numberIn('contract/http/operations.ts', 'MAX_IDS'))} ids`,
  ],
  'Search text `q`': [
    `${count(numberIn('contract/http/requests.ts', 'MAX_SEARCH_LENGTH'))} characters`,
  ],
  'Page of requests, page of images': [
    count(numberIn('contract/http/requests.ts', /limit: integer\(1, (\d+)\)/)),
    count(numberIn('contract/http/images.ts', /limit: integer\(1, (\d+)\)/)),
    count(numberIn('src/requests/images.ts', 'MAX_ROWS_EXAMINED')),
  ],
  // Targets
  'Addresses (`ALLOWED_NETWORKS`)': [
    `IPv6 only 2000::/${numberIn('src/network/addresses.ts', /IPv6\.parse\('2000::'\), (\d+)\]/)}`,
  ],
  '168.63.129.16': [],
  'Ports (`ALLOWED_PORTS`)': [ports.join(', ')],
  'Own servers': [time(numberIn('src/network/ownServers.ts', 'RESOLVED_KEPT_MS'))],
  'Time to connect': [time(numberIn('src/network/dispatcher.ts', 'CONNECT_TIMEOUT_MS'))],
  'Header of an answer': [bytes(MAX_HEADER_BYTES)],
  // Downloads and images
  'Thumbnails made at once, and waiting': [
    `${THUMBNAIL_TURNS.atOnce}, ${THUMBNAIL_TURNS.waiting} per API process`,
  ],
  'Making of a thumbnail': [
    `${THUMBNAIL_LIMITS.cpuSeconds} s of CPU time`,
    time(THUMBNAIL_LIMITS.wallMs),
    bytes(THUMBNAIL_LIMITS.memoryBytes),
    time(FAILURE_KEPT_MS),
  ],
  'Bytes (`MAX_IMAGE_BYTES`)': [bytes(config.MAX_IMAGE_BYTES)],
  'Time (`DOWNLOAD_TIMEOUT_MS`)': [time(config.DOWNLOAD_TIMEOUT_MS)],
  'Redirects (`MAX_REDIRECTS`)': [count(config.MAX_REDIRECTS)],
  'Content codings': [count(numberIn('src/images/contentCodings.ts', 'MAX_CODINGS'))],
  'Cookies of one download': [
    count(numberIn('src/images/cookies.ts', 'MAX_COOKIES')),
    bytes(numberIn('src/images/cookies.ts', 'MAX_HEADER_LENGTH')),
  ],
  'At once from one host (`HOST_CONCURRENCY`)': [count(config.HOST_CONCURRENCY)],
  'At once in all (`IMAGE_CONCURRENCY`)': [
    `${numberIn('src/config.ts', /Math\.max\(\d+, (\d+) \* availableParallelism/)} per core`,
    `at least ${numberIn('src/config.ts', /Math\.max\((\d+), \d+ \* availableParallelism/)}`,
  ],
  'Pause that a host may ask for': [time(numberIn('src/network/retryAfter.ts', 'MAX_MS'))],
  'Pixels (`MAX_IMAGE_PIXELS`)': [count(config.MAX_IMAGE_PIXELS)],
  Frames: [count(numberIn('src/images/compress.ts', 'MAX_FRAMES'))],
  'Parts of a file': [
    count(numberIn('src/images/structure/structure.ts', 'MAX_PARTS')),
    `${count(numberIn('src/images/structure/boxes.ts', 'MAX_BOXES'))} boxes of AVIF`,
  ],
  'Scans of a JPEG': [count(numberIn('src/images/structure/jpegData.ts', 'MAX_SCANS'))],
  EXIF: [],
  'Comments, XMP, IPTC, unknown parts': [],
  'Profile of WebP, AVIF and TIFF': [
    bytes(numberIn('src/images/structure/structure.ts', 'MAX_PROFILE_BYTES')),
  ],
  'Pages of a TIFF': [count(numberIn('src/images/structure/tiffPages.ts', 'MAX_PAGES'))],
  'Frames of a WebP that the library counts': [
    count(numberIn('src/images/structure/webp.ts', 'MAX_FRAMES')),
  ],
  'Tiles of an AVIF': [],
  'Bytes that the items of an AVIF share': [
    bytes(numberIn('src/images/structure/avif.ts', 'MAX_SHARED_BYTES')),
  ],
  'Pixels of an AVIF': [count(numberIn('src/images/compress.ts', 'MAX_AVIF_PIXELS'))],
  'CPU time of an image (`IMAGE_CPU_SECONDS`)': [
    `${config.IMAGE_CPU_SECONDS} s`,
    `${numberIn(COMPRESSORS, /SMALL_LIMIT.*cpuSeconds: (\d+)/)} s`,
  ],
  'Time of an image': [`${numberIn(COMPRESSORS, 'WALL_FACTOR')} times`],
  'Memory of all images (`IMAGE_MEMORY_BYTES`)': [
    `${numberIn(COMPRESSORS, /SMALL_LIMIT.*memoryBytes: (\d+) \* 2 \*\* 20/)} MiB`,
  ],
  'Small images at once': [`cores + ${numberIn(COMPRESSORS, /availableParallelism\(\) \+ (\d+)/)}`],
  'Large images at once': [],
  'Crashes of a process for an image': [count(numberIn(COMPRESSORS, 'CRASH_BUDGET'))],
  'After a cancel': [time(numberIn('src/process/limitedChild.ts', 'ABORT_GRACE_MS'))],
  'Attempts (`IMAGE_MAX_ATTEMPTS`)': [count(config.IMAGE_MAX_ATTEMPTS)],
  // The one after those that are allowed fails the image.
  'Crashes of the worker for an image': [
    count(numberIn('activities/processImage.ts', 'CRASHES_ALLOWED') + 1),
  ],
  // Webhooks
  'Time of an answer (`WEBHOOK_TIMEOUT_MS`)': [time(config.WEBHOOK_TIMEOUT_MS)],
  'At once to one receiver': [count(numberIn('activities/deliverWebhook.ts', 'PER_RECEIVER'))],
  'At once in all': [count(numberIn('src/temporal/worker.ts', 'MAX_DELIVERIES'))],
  'Bytes read of an answer': [bytes(numberIn('src/webhooks/send.ts', 'MAX_RESPONSE_BYTES'))],
  Redirects: [],
  'Attempts (`WEBHOOK_MAX_ATTEMPTS`)': [count(config.WEBHOOK_MAX_ATTEMPTS)],
};

/** Whether a text has a figure that is not a part of a longer number. */
function states(text: string, figure: string): boolean {
  const parts = text.split(figure);
  return parts
    .slice(1)
    .some((after, index) => !/[\d,.]$/.test(parts[index] ?? '') && !/^,?\d/.test(after));
}

const [, limits = ''] = /^## Limits\n([^]*?)^## /m.exec(read('docs/security.md')) ?? [];
const rows = [...limits.matchAll(/^\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm)]
  .map(([, name = '', value = '', reason = '']) => ({ name, value, reason }))
  .filter(({ name }) => name !== 'Limit' && !name.startsWith('---'));

describe('docs/security.md, "Limits"', () => {
  it('has exactly the rows that are compared here', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(FIGURES).sort());
  });

  it.each(rows)('states the limit of the code: $name', ({ name, value, reason }) => {
    const figures = FIGURES[name] ?? [];
    const said = `${value} | ${reason}`;
    expect(figures.filter((figure) => !states(said, figure))).toEqual([]);
    const rest = figures.reduce((left, figure) => left.replace(figure, ''), value);
    expect(rest).not.toMatch(/\d/);
  });
});
