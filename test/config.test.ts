import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { readConfig, VARIABLES } from '../src/config';

/** Returns a webhook secret of the given number of bytes. */
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 'k').toString('base64')}`;

/** Returns the message of the error that the environment causes. */
function messageFor(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  throw new Error('Expected readConfig to throw');
}

/** Calls `work` with the path of a temporary file that holds the text. */
function withFile<T>(text: string, work: (file: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'config-'));
  try {
    const file = path.join(folder, 'headers.json');
    writeFileSync(file, text);
    return work(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FAULTY = {
  PORT: '65536',
  PUBLIC_URL: 'ftp://files.example',
  STORAGE_URL: 'https://bucket.example',
  STORAGE_PATH_STYLE: 'yes',
  STORAGE_LINKS: 'cdn',
  STORAGE_PUBLIC_URL: 'cdn.example',
  STORAGE_LINK_TTL: '8d',
  MONGODB_URI: 'postgres://db.example',
  TEMPORAL_UI_URL: 'https://user:hunter2@ui.example',
  WORKER_DEPLOYMENT: 'images.v2',
  ALLOWED_NETWORKS: '10.0.0.1',
  SOURCE_BUCKETS: 's3://photos',
  MAX_UPLOAD_BYTES: '100MB',
  MAX_IMAGES_PER_REQUEST: '0',
  RATE_LIMIT_WRITES_PER_MINUTE: '0',
  MAX_QUEUED_IMAGES_PER_CALLER: '-1',
  MAX_IMAGE_BYTES: '-1',
  MAX_IMAGE_PIXELS: '1e6',
  MAX_REDIRECTS: '21',
  DOWNLOAD_TIMEOUT_MS: '1.5',
  FIRST_BYTE_TIMEOUT_MS: '0',
  DOWNLOAD_USER_AGENT: 'a\r\nb',
  DOWNLOAD_HEADERS_FILE: '/no/such/file.json',
  IMAGE_CONCURRENCY: 'many',
  HOST_CONCURRENCY: '0x10',
  IMAGE_MAX_ATTEMPTS: '0',
  IMAGE_RETRY_INITIAL_MS: '0',
  WEBHOOK_URL: 'nowhere',
  SAMPLE_FILE: '/no/such/file.csv',
  WEBHOOK_SECRET: 'secret',
  WEBHOOK_TIMEOUT_MS: ' 5',
  WEBHOOK_RETRY_INITIAL_MS: 'NaN',
  WEBHOOK_MAX_ATTEMPTS: '101',
  RETENTION_DAYS: '٣',
  RESULT_ESCAPE_FORMULAS: 'yes',
  LOG_LEVEL: 'loud',
  EMBEDDED_TEMPORAL_PORT: '-1',
  EMBEDDED_UI_PORT: 'any',
  EMBEDDED_MONGODB_PORT: '70000',
  EMBEDDED_S3_PORT: '1.5',
};

const unnamed = (key: string) => ({ name: null, right: 'operate', key });

describe('readConfig', () => {
  it('requires no variables', () => {
    expect(readConfig({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8000,
      PUBLIC_URL: 'http://127.0.0.1:8000',
      DATA_DIR: path.resolve('data'),
      API_KEYS: [],
      ALLOWED_NETWORKS: [],
      WEBHOOK_SECRET: [],
      RESULT_ESCAPE_FORMULAS: true,
    });
  });

  it.each(VARIABLES)('treats an empty %s as unset', (name) => {
    expect(readConfig({ [name]: '' })).toEqual(readConfig({}));
  });

  it('ignores unknown variables', () => {
    expect(readConfig({ HOME: '/root', PORTS: 'x', port: 'x' })).toEqual(readConfig({}));
  });

  it.each([{ STORAGE_URL: 's3://bucket-1' }, { SOURCE_BUCKETS: 'photos' }])(
    'refuses a malformed endpoint of object storage with %j, without its value',
    (environment) => {
      const message = messageFor({
        ...environment,
        PORT: 'x',
        AWS_ENDPOINT_URL_S3: 'user:hunter2@minio:9000',
      });
      expect(message).toContain(
        '  AWS_ENDPOINT_URL_S3: Expected an http or https URL, received a value that is not shown',
      );
      expect(message).toContain('  PORT: ');
      expect(message).not.toContain('hunter2');
    },
  );

  it('ignores the endpoint of object storage when it is not used', () => {
    expect(readConfig({ AWS_ENDPOINT_URL: 'minio:9000' })).toEqual(readConfig({}));
  });

  describe('PUBLIC_URL', () => {
    it.each([
      [{ PORT: '9000' }, 'http://127.0.0.1:9000'],
      [{ HOST: '::1' }, 'http://[::1]:8000'],
      [{ PUBLIC_URL: 'https://images.example/' }, 'https://images.example'],
      [{ PUBLIC_URL: 'https://images.example/api//' }, 'https://images.example/api'],
    ])('with %j is %s', (environment, url) => {
      expect(readConfig(environment).PUBLIC_URL).toBe(url);
    });
  });

  it.each([
    ['API_KEYS', 'one,two', [unnamed('one'), unnamed('two')]],
    ['API_KEYS', ' one , two,', [unnamed('one'), unnamed('two')]],
    [
      'API_KEYS',
      'shop:write:k1,one,shop.2:operate:k:2',
      [
        { name: 'shop', right: 'write', key: 'k1' },
        unnamed('one'),
        { name: 'shop.2', right: 'operate', key: 'k:2' },
      ],
    ],
    ['ALLOWED_NETWORKS', '127.0.0.0/8', ['127.0.0.0/8']],
    ['ALLOWED_NETWORKS', '10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['WEBHOOK_SECRET', `${secretOf(24)} ${secretOf(64)}`, [secretOf(24), secretOf(64)]],
    ['STORAGE_LINK_TTL', '7d', 604_800],
    ['STORAGE_LINK_TTL', '90s', 90],
    ['STORAGE_LINK_TTL', '15m', 900],
    ['STORAGE_LINK_TTL', '12h', 43_200],
    ['STORAGE_PUBLIC_URL', 'https://CDN.example/x/', 'https://cdn.example/x'],
    ['TEMPORAL_UI_URL', 'http://ui.example:8233/', 'http://ui.example:8233'],
    ['RESULT_ESCAPE_FORMULAS', 'false', false],
    ['MAX_REDIRECTS', '0', 0],
    ['DOWNLOAD_USER_AGENT', 'Mozilla/5.0 (shop)', 'Mozilla/5.0 (shop)'],
    ['MONGODB_URI', 'mongodb+srv://db.example/x', 'mongodb+srv://db.example/x'],
    ['STORAGE_URL', 's3://bucket-1', { bucket: 'bucket-1', prefix: '' }],
    ['STORAGE_URL', 's3://bucket-1/', { bucket: 'bucket-1', prefix: '' }],
    ['STORAGE_URL', 's3://bucket-1/shop/images/', { bucket: 'bucket-1', prefix: 'shop/images' }],
    ['STORAGE_PATH_STYLE', 'true', true],
    ['SOURCE_BUCKETS', 'photos, raw.photos scans', ['photos', 'raw.photos', 'scans']],
  ])('reads %s = %j', (name, value, meaning) => {
    expect(readConfig({ [name]: value })).toHaveProperty(name, meaning);
  });

  it('reads headers from DOWNLOAD_HEADERS_FILE, and never prints them', () => {
    const headers = { 'cdn.example': { 'X-Key': 'hunter2' } };
    const config = withFile(JSON.stringify(headers), (DOWNLOAD_HEADERS_FILE) =>
      readConfig({ DOWNLOAD_HEADERS_FILE }),
    );
    const url = new URL('https://cdn.example/');
    expect(config.DOWNLOAD_HEADERS_FILE?.(url)).toEqual({ 'x-key': 'hunter2' });
    expect(inspect(config, { depth: 10 }) + JSON.stringify(config)).not.toContain('hunter2');
  });

  describe('with faulty variables', () => {
    it('reports every fault of DOWNLOAD_HEADERS_FILE on its own line, without values', () => {
      const headers = { 'a.example': { Host: 'hunter2', 'X-Key': 'hunter2\n' }, 'b/': {} };
      const message = withFile(JSON.stringify(headers), (DOWNLOAD_HEADERS_FILE) =>
        messageFor({ DOWNLOAD_HEADERS_FILE, PORT: 'x' }),
      );
      expect(message.match(/^ {2}DOWNLOAD_HEADERS_FILE: .*/gm)).toEqual([
        expect.stringContaining('"a.example": expected no header "Host"'),
        expect.stringContaining('"a.example": expected a value without line breaks'),
        expect.stringContaining('"b/": expected host or host:port'),
      ]);
      expect(message).toContain('  PORT: ');
      expect(message).not.toContain('hunter2');
    });

    it('reports the faults of all variables in one message, each on its own line', () => {
      const [head, ...lines] = messageFor(FAULTY).split('\n');
      expect(head).toBe('Invalid environment (see docs/configuration.md):');
      expect(lines.map((line) => /^ {2}([A-Z0-9_]+): \S/.exec(line)?.[1]).sort()).toEqual(
        Object.keys(FAULTY).sort(),
      );
    });

    it.each(Object.entries(FAULTY))('rejects %s = %j', (name, value) => {
      const lines = messageFor({ [name]: value }).split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[1]).toMatch(new RegExp(`^ {2}${name}: .*[Ee]xpected .*, received `));
    });

    it('reports the expected and the received value', () => {
      expect(messageFor({ PORT: 'http' })).toContain(
        '  PORT: Expected a whole number from 1 to 65535, received "http"',
      );
    });

    it.each([
      's3://',
      's3://ab',
      's3:///prefix',
      's3://bucket//a',
      's3://bucket/a b',
      's3://a/..?x',
    ])('rejects STORAGE_URL = %j', (url) => {
      expect(messageFor({ STORAGE_URL: url })).toContain('  STORAGE_URL: Expected s3://bucket');
    });

    it.each([
      ['MONGODB_URI', 'postgres://user:hunter2@db.example'],
      ['STORAGE_URL', 's3://user:hunter2@bucket/prefix'],
      ['TEMPORAL_UI_URL', 'https://user:hunter2@ui.example'],
      ['WEBHOOK_SECRET', 'hunter2'],
      ['WEBHOOK_SECRET', `${secretOf(32)} hunter2`],
    ])('does not show a value that may be secret: %s', (name, value) => {
      const message = messageFor({ [name]: value });
      expect(message).toContain(`${name}: Expected`);
      expect(message).toContain('received a value that is not shown');
      expect(message).not.toContain('hunter2');
      expect(message).not.toContain(secretOf(32));
    });

    it('does not show secrets when another variable is faulty', () => {
      const secrets = {
        API_KEYS: 'hunter2',
        MONGODB_URI: 'mongodb://user:hunter2@db.example',
        WEBHOOK_SECRET: secretOf(32),
      };
      const message = messageFor({ ...secrets, PORT: 'x' });
      for (const secret of ['hunter2', secretOf(32)]) expect(message).not.toContain(secret);
    });

    it.each([23, 65])('rejects a webhook secret of %d bytes', (bytes) => {
      expect(messageFor({ WEBHOOK_SECRET: secretOf(bytes) })).toContain('24 to 64 bytes');
    });

    it.each(['http://10.0.0.1/hook', 'http://user:hunter2@localhost/', 'http://[::1]/'])(
      'rejects a WEBHOOK_URL with a blocked address: %s',
      (WEBHOOK_URL) => {
        const message = messageFor({ WEBHOOK_URL, PORT: 'x' });
        expect(message).toContain(
          'WEBHOOK_URL: Expected a public address at an allowed port, or its network in ALLOWED_NETWORKS, received ',
        );
        expect(message).toContain('PORT: ');
        expect(message).not.toContain('hunter2');
        const ALLOWED_NETWORKS = '10.0.0.0/8,127.0.0.0/8,::1/128';
        expect(readConfig({ WEBHOOK_URL, ALLOWED_NETWORKS })).toMatchObject({ WEBHOOK_URL });
      },
    );

    it.each(['0s', '8d', '169h', '10081m', '604801s', '1.5h', '7 d', '7w', '7', 'd', '-1h'])(
      'rejects the time to live %s',
      (STORAGE_LINK_TTL) => {
        expect(messageFor({ STORAGE_LINK_TTL })).toContain(
          `STORAGE_LINK_TTL: Expected a time such as 90s, 15m, 12h or 7d, at most 7d, received "${STORAGE_LINK_TTL}"`,
        );
      },
    );

    it.each([
      'https://user:hunter2@cdn.example',
      'https://cdn.example/?key=hunter2',
      'https://cdn.example/a,b',
    ])(
      'rejects a STORAGE_PUBLIC_URL that links cannot begin with, and does not show it: %s',
      (STORAGE_PUBLIC_URL) => {
        const message = messageFor({ STORAGE_PUBLIC_URL });
        expect(message).toContain(
          'STORAGE_PUBLIC_URL: Expected a URL without credentials and query',
        );
        expect(message).not.toContain('hunter2');
      },
    );

    const onDisk =
      'Expected api, because STORAGE_URL is not set (public and presigned need object storage)';
    it.each([
      [{ STORAGE_LINKS: 'public', STORAGE_PUBLIC_URL: 'https://cdn.example' }, onDisk],
      [{ STORAGE_LINKS: 'presigned' }, onDisk],
      [
        { STORAGE_LINKS: 'public', STORAGE_URL: 's3://bucket' },
        'Expected STORAGE_PUBLIC_URL to be set too',
      ],
    ])('rejects links that cannot be made: %j', (environment, message) => {
      const lines = messageFor({ ...environment, PORT: 'x' }).split('\n');
      expect(lines).toHaveLength(3);
      expect(lines).toContain(
        `  STORAGE_LINKS: ${message}, received "${environment.STORAGE_LINKS}"`,
      );
    });

    it.each([
      { STORAGE_LINKS: 'api' },
      { STORAGE_LINKS: 'api', STORAGE_PUBLIC_URL: 'https://cdn.example' },
      { STORAGE_LINKS: 'presigned', STORAGE_URL: 's3://bucket' },
      {
        STORAGE_LINKS: 'public',
        STORAGE_URL: 's3://bucket',
        STORAGE_PUBLIC_URL: 'https://cdn.example',
      },
    ])('accepts links that can be made: %j', (environment) => {
      expect(readConfig(environment)).toMatchObject({ STORAGE_LINKS: environment.STORAGE_LINKS });
    });

    it('rejects PORT = 0, which no link could name', () => {
      expect(messageFor({ PORT: '0' })).toContain('PORT: Expected a whole number from 1');
    });
  });

  it('returns settings or throws that error for any environment', () => {
    const environment = fc.dictionary(
      fc.constantFrom(...VARIABLES),
      fc.oneof(fc.string(), fc.integer().map(String), fc.webUrl(), fc.ipV4()),
    );
    fc.assert(
      fc.property(environment, (variables) => {
        try {
          const config = readConfig(variables);
          const numbers = Object.values(config).filter((value) => typeof value === 'number');
          expect(numbers.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: Invalid environment/);
        }
      }),
    );
  });
});

describe('docs/configuration.md', () => {
  const page = readFileSync(path.join(__dirname, '..', 'docs', 'configuration.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)` *\| *(.*?) *\|/gm)].map(
    ([, name = '', fallback = '']) => ({ name, fallback }),
  );

  it('lists exactly our variables and TEMPORAL_ADDRESS, each once', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...VARIABLES, 'TEMPORAL_ADDRESS'].sort());
  });

  it("names the SDK's other variables", () => {
    for (const name of [
      'TEMPORAL_NAMESPACE',
      'TEMPORAL_API_KEY',
      'TEMPORAL_TLS_*',
      'TEMPORAL_PROFILE',
      'TEMPORAL_CONFIG_FILE',
    ]) {
      expect(page).toContain(`\`${name}\``);
    }
  });

  it('documents the actual defaults', () => {
    const documented = rows.flatMap(({ name, fallback }) => {
      const value = /^`([^`]+)`/.exec(fallback)?.[1];
      return value === undefined || name === 'PUBLIC_URL' ? [] : [[name, value] as const];
    });
    expect(documented.length).toBeGreaterThan(20);
    const environment = Object.fromEntries(documented);
    expect(readConfig(environment)).toEqual(readConfig({}));
  });

  it('documents no default for variables without one', () => {
    const none = rows.filter(({ fallback }) => ['none', 'embedded'].includes(fallback));
    const config = new Map<string, unknown>(Object.entries(readConfig({})));
    expect(none.length).toBeGreaterThan(4);
    for (const { name } of none) expect([undefined, []]).toContainEqual(config.get(name));
  });

  it.each(['10.0.0.0/33', '300.0.0.0/8', '010.0.0.0/8', 'fd00::/129', '10.0.0.0', 'lan/8'])(
    'rejects the network %s',
    (network) => {
      expect(() => readConfig({ ALLOWED_NETWORKS: `127.0.0.0/8,${network}` })).toThrow(
        'ALLOWED_NETWORKS: Expected networks such as 10.0.0.0/8',
      );
    },
  );

  it.each([
    ['that no header can carry', 'b\u00e9t\u00e2'],
    ['with a name and no right', 'shop:key'],
    ['with an unknown right', 'shop:wirte:key'],
    ['without a name', ':write:key'],
    ['with a name and a right only', 'shop:write:'],
  ])('rejects an API key %s', (_, entry) => {
    expect(() => readConfig({ API_KEYS: `alpha,${entry}` })).toThrow(
      'API_KEYS: Expected KEY or name:right:KEY of visible ASCII characters (right: read, write or operate), ' +
        'received a value that is not shown',
    );
  });
});
