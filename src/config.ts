import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { integer } from '../contract/http/fields';
import { parseApiKey, type ApiKey } from './callers';
import { createOwnServers } from './network/ownServers';
import { readOriginHeaders, type OriginHeaders } from './network/originHeaders';
import { parsePortRange, type PortRange } from './network/ports';
import { createTargetPolicy } from './network/targets';
import { parseWebUrl } from '../contract/webUrl';
import { malformedStorageEndpoint } from './storage/endpoint';

/**
 * The service's settings, read from environment variables once at start. `docs/configuration.md` documents the
 * default of each one, the reason for it, and when to change it; a test keeps that page and this file in step.
 */

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Half of the machine or of the container, at least 512 MiB. `constrainedMemory` is 0 or a huge number without a limit
 * of the control group.
 */
function defaultImageMemory(): number {
  const limit = process.constrainedMemory() || Infinity;
  return Math.max(Math.floor(Math.min(totalmem(), limit) / 2), 512 * 2 ** 20);
}

/** 0 selects any free port. */
const anyPort = (fallback: number) => integer(0, 65535).default(fallback);

function words(separator: RegExp) {
  return z
    .string()
    .default('')
    .refine(
      (text) => text === '' || text.replace(separator, '') !== '',
      'Expected at least one value, or an empty variable',
    )
    .transform((text) => text.split(separator).filter((word) => word !== ''));
}

const boolean = (fallback: boolean) =>
  z
    .enum(['true', 'false'], 'Expected true or false')
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');

const httpUrl = z
  .string()
  .refine((text) => parseWebUrl(text) !== null, 'Expected an http or https URL');

/** Holds the headers in a function, so that they do not appear where settings are printed. */
const originHeaders = z.string().transform((file, context): OriginHeaders => {
  const read = readOriginHeaders(file);
  if ('headersFor' in read) return read.headersFor;
  for (const message of read.faults) context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Names of buckets on AWS, and those with capitals and underscores that other stores allow. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;

const storageUrl = z.string().transform((text, context) => {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/s.exec(text) ?? [];
  // Many tools cannot handle keys with an empty part (`a//b`).
  if (BUCKET.test(bucket) && /^([\w!.*'()-]+(\/(?!$)|$))*$/.test(prefix)) return { bucket, prefix };
  const message =
    "Expected s3://bucket or s3://bucket/prefix (in the prefix letters, digits and !-_.*'()/)";
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Links are written into lists, HTML and formulas, so characters with a meaning there are refused. */
const linkBase = httpUrl
  .transform((url) => new URL(url).href.replace(/\/+$/, ''))
  .refine(
    (url) => /^[\w.:~%/[\]-]+$/.test(url),
    'Expected a URL without credentials and query, with letters, digits and -_.~%/ in its path',
  );

const UNIT_SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);
/** The longest time for which S3 accepts a signature. */
const MAX_LINK_SECONDS = 604_800;

/** Seconds. */
const linkTtl = z
  .string()
  .default('7d')
  .transform((text) => {
    const [, digits, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
    return Number(digits) * (UNIT_SECONDS.get(unit) ?? NaN);
  })
  .refine(
    (seconds) => seconds >= 1 && seconds <= MAX_LINK_SECONDS,
    'Expected a time such as 90s, 15m, 12h or 7d, at most 7d',
  );

/** `ipaddr.js` would read `010.0.0.0` as octal. */
const OCTAL = /(^|\.)0\d/;

function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) && !OCTAL.test(text);
}

function isWebhookSecret(secret: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = Buffer.from(base64 ?? '', 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

const portRanges = words(/[\s,]+/).transform((ranges, context): PortRange[] =>
  ranges.flatMap((text) => {
    const range = parsePortRange(text);
    if (range !== null) return [range];
    context.addIssue({ code: 'custom', message: 'Expected ports such as 443 or 1024-65535' });
    return [];
  }),
);

const apiKeys = words(/[\s,]+/).transform((entries, context): ApiKey[] =>
  entries.flatMap((entry) => {
    const key = parseApiKey(entry);
    if (key !== null) return [key];
    const message =
      'Expected KEY or name:right:KEY of visible ASCII characters (right: read, write or operate)';
    context.addIssue({ code: 'custom', message });
    return [];
  }),
);

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  // Not 0: links contain the port.
  PORT: integer(1, 65535).default(8000),
  // 0 disables the metrics.
  METRICS_PORT: integer(0, 65535).default(9464),
  PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((dir) => path.resolve(dir)),
  // Absent: files are kept below DATA_DIR.
  STORAGE_URL: storageUrl.optional(),
  STORAGE_PATH_STYLE: boolean(false),
  STORAGE_LINKS: z
    .enum(['api', 'public', 'presigned'], 'Expected api, public or presigned')
    .default('api'),
  STORAGE_PUBLIC_URL: linkBase.optional(),
  STORAGE_LINK_TTL: linkTtl,
  SOURCE_BUCKETS: words(/[\s,]+/).refine(
    (buckets) => buckets.every((bucket) => BUCKET.test(bucket)),
    'Expected names of buckets, separated by commas or spaces',
  ),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'Expected mongodb://… or mongodb+srv://…')
    .optional(),
  TEMPORAL_UI_URL: linkBase.optional(),
  TEMPORAL_TASK_QUEUE: z.string().default('image-requests'),
  WORKER_DEPLOYMENT: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'Expected a name of letters, digits, - and _')
    .optional(),
  API_KEYS: apiKeys,
  ALLOWED_HOSTS: words(/[\s,]+/).refine(
    (hosts) => hosts.every((host) => /^[a-z0-9.-]+$/i.test(host)),
    'Expected host names without ports, separated by commas',
  ),
  ALLOWED_NETWORKS: words(/[\s,]+/).refine(
    (networks) => networks.every(isNetwork),
    'Expected networks such as 10.0.0.0/8, separated by commas',
  ),
  ALLOWED_PORTS: portRanges.default([
    [80, 80],
    [443, 443],
    [1024, 65535],
  ]),
  MAX_UPLOAD_BYTES: integer(1, 2 ** 40).default(100 * 2 ** 20),
  MAX_SPOOL_BYTES: integer(1, 2 ** 50).default(10 * 2 ** 30),
  MAX_IMAGES_PER_REQUEST: integer(1, 10_000_000).default(1_000_000),
  RATE_LIMIT_WRITES_PER_MINUTE: integer(1, 1_000_000).default(600),
  MAX_QUEUED_IMAGES_PER_CALLER: integer(1, 1_000_000_000).default(5_000_000),
  MAX_IMAGE_BYTES: integer(1, 2 ** 30).default(25 * 2 ** 20),
  MAX_IMAGE_PIXELS: integer(1, 1_000_000_000).default(50_000_000),
  IMAGE_MEMORY_BYTES: integer(2 ** 28, 2 ** 50).default(defaultImageMemory()),
  IMAGE_CPU_SECONDS: integer(1, 86_400).default(120),
  MAX_REDIRECTS: integer(0, 20).default(4),
  DOWNLOAD_TIMEOUT_MS: integer(1, 600_000).default(30_000),
  FIRST_BYTE_TIMEOUT_MS: integer(1, 600_000).default(10_000),
  DOWNLOAD_USER_AGENT: z
    .string()
    .regex(/^[\x20-\x7e]{1,1000}$/, 'Expected up to 1000 visible ASCII characters and spaces')
    .default('image-processor'),
  DOWNLOAD_HEADERS_FILE: originHeaders.optional(),
  IMAGE_CONCURRENCY: integer(1, 1024).default(Math.max(32, 8 * availableParallelism())),
  HOST_CONCURRENCY: integer(1, 1024).default(16),
  IMAGE_MAX_ATTEMPTS: integer(1, 100).default(5),
  IMAGE_RETRY_INITIAL_MS: integer(1, DAY_MS).default(1000),
  WEBHOOK_URL: httpUrl.optional(),
  WEBHOOK_SECRET: words(/\s+/).refine(
    (secrets) => secrets.every(isWebhookSecret),
    'Expected whsec_ and the base64 of 24 to 64 bytes (two, separated by a space, while rotating)',
  ),
  WEBHOOK_TIMEOUT_MS: integer(1, 300_000).default(15_000),
  WEBHOOK_RETRY_INITIAL_MS: integer(1, DAY_MS).default(5000),
  WEBHOOK_MAX_ATTEMPTS: integer(1, 100).default(10),
  RETENTION_DAYS: integer(1, 36_500).default(30),
  RESULT_ESCAPE_FORMULAS: boolean(true),
  SAMPLE_FILE: z
    .string()
    .refine((file) => existsSync(file), 'Expected a file that exists')
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  EMBEDDED_TEMPORAL_PORT: anyPort(7233),
  EMBEDDED_UI_PORT: anyPort(8233),
  EMBEDDED_MONGODB_PORT: anyPort(27017),
  EMBEDDED_S3_PORT: anyPort(7070),
});

/** Messages do not show the values of these: URLs may contain passwords and tokens. */
const MAY_HOLD_SECRETS = [
  'WEBHOOK_SECRET',
  'WEBHOOK_URL',
  'API_KEYS',
  'MONGODB_URI',
  'STORAGE_PUBLIC_URL',
  'STORAGE_URL',
  'TEMPORAL_UI_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
];

export type Config = Readonly<z.output<typeof environmentSchema>> & {
  /** Base of every link that the service returns; no trailing slash. */
  readonly PUBLIC_URL: string;
};

/** The variables that {@link readConfig} reads. Tests compare the documentation with them. */
export const VARIABLES = Object.keys(environmentSchema.shape);

/**
 * Reads the settings. An empty variable counts as not set, since compose files and shells pass unset ones so.
 *
 * @throws Error with one message that names every invalid variable, what was expected and what was received
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(present);
  const conflicts = [
    ...blockedWebhook(present),
    ...impossibleLinks(present),
    ...unusableEndpoint(present),
  ];
  if (!parsed.success || conflicts.length > 0) {
    const faults = [...(parsed.error?.issues ?? []), ...conflicts].map((issue) => {
      const name = String(issue.path[0]);
      // The message is about the content of the file, not about its path.
      if (name === 'DOWNLOAD_HEADERS_FILE') {
        return `  ${name}: ${issue.message} (${JSON.stringify(environment[name])})`;
      }
      const secret = MAY_HOLD_SECRETS.includes(name);
      const received = secret ? 'a value that is not shown' : JSON.stringify(environment[name]);
      return `  ${name}: ${issue.message}, received ${received}`;
    });
    throw new Error(`Invalid environment (see docs/configuration.md):\n${faults.join('\n')}`);
  }
  return { ...parsed.data, PUBLIC_URL: parsed.data.PUBLIC_URL ?? listenUrl(parsed.data) };
}

/** Checks `WEBHOOK_URL` against the variables about targets, whatever is wrong with other variables. */
function blockedWebhook(present: NodeJS.ProcessEnv) {
  const { WEBHOOK_URL, ALLOWED_NETWORKS, ALLOWED_PORTS } = environmentSchema.shape;
  const settings = z
    .object({ WEBHOOK_URL, ALLOWED_NETWORKS, ALLOWED_PORTS })
    .safeParse(present).data;
  if (settings?.WEBHOOK_URL === undefined) return [];
  const { refusalOfUrl } = createTargetPolicy(
    settings,
    createOwnServers({ named: [], publicUrls: [], stores: [] }),
  );
  if (refusalOfUrl(new URL(settings.WEBHOOK_URL)) === null) return [];
  const message =
    'Expected a public address at an allowed port, or its network in ALLOWED_NETWORKS';
  return [{ path: ['WEBHOOK_URL'], message }];
}

/** Checks that the chosen kind of links can be made, whatever is wrong with other variables. */
function impossibleLinks({ STORAGE_LINKS, STORAGE_URL, STORAGE_PUBLIC_URL }: NodeJS.ProcessEnv) {
  if (STORAGE_LINKS !== 'public' && STORAGE_LINKS !== 'presigned') return [];
  const fault = (message: string) => [{ path: ['STORAGE_LINKS'], message }];
  if (STORAGE_URL === undefined) {
    return fault(
      'Expected api, because STORAGE_URL is not set (public and presigned need object storage)',
    );
  }
  return STORAGE_LINKS === 'public' && STORAGE_PUBLIC_URL === undefined
    ? fault('Expected STORAGE_PUBLIC_URL to be set too')
    : [];
}

/** Checks the SDK's own variable if object storage is used: the SDK would report it with the first request only. */
function unusableEndpoint(present: NodeJS.ProcessEnv) {
  if (present['STORAGE_URL'] === undefined && present['SOURCE_BUCKETS'] === undefined) return [];
  const name = malformedStorageEndpoint(present);
  return name === undefined ? [] : [{ path: [name], message: 'Expected an http or https URL' }];
}

/** Returns the URL at which the API listens. A URL has an IPv6 address in brackets. */
export function listenUrl({ HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>): string {
  return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
}
