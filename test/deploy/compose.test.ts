import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { VARIABLES } from '../../src/config';

const root = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

const serviceSchema = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  restart: z.string(),
  profiles: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  pids_limit: z.int().positive().optional(),
});
const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

/** The variables by which the AWS SDK finds a store. */
const OF_AWS = [
  'AWS_ENDPOINT_URL_S3',
  'AWS_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
];

const text = read('docker-compose.yml');
const { services, volumes } = composeSchema.parse(parse(text, { merge: true }));
const dockerfile = read('Dockerfile');
const all = Object.entries(services);
const ours = all.filter(([, service]) => service.build !== undefined);
const waits = all.flatMap(([name, { depends_on }]) =>
  Object.entries(depends_on).map(([other, { condition }]) => [name, other, condition] as const),
);
const oneShots = all.filter(([, { restart }]) => restart.startsWith('on-failure'));
const longRunning = all.filter(([, { restart }]) => restart === 'unless-stopped');

describe('docker-compose.yml', () => {
  it('defines the services that production needs', () => {
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining(['api', 'worker', 'mongodb', 'temporal', 'temporal-ui']),
    );
    expect(services['temporal-postgresql']?.image).toMatch(/^postgres:/);
    expect(JSON.stringify(services['mongodb'])).toContain('--replSet');
  });

  it.each(ours)('sets for %s only variables that the service or the SDK knows', (_, service) => {
    const unknown = Object.keys(service.environment).filter(
      (name) => ![...VARIABLES, ...OF_AWS].includes(name) && !name.startsWith('TEMPORAL_'),
    );
    expect(unknown).toEqual([]);
  });

  it('passes exactly the variables from .env that docs/deployment.md lists', () => {
    const [, section = ''] =
      /^### Variables\n([^]*?)^##/m.exec(read(path.join('docs', 'deployment.md'))) ?? [];
    const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell);
    const listed = cells.flatMap((cell) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    const passed = [...text.matchAll(/\$\{([A-Z\d_]+):[?-]/g)].map(([, name]) => name);
    expect(passed.length).toBeGreaterThan(0);
    expect(listed.sort()).toEqual([...new Set(passed)].sort());
  });

  it.each(ours)('passes to %s every variable by which the SDK finds a store', (_, service) => {
    for (const name of OF_AWS) expect(service.environment[name]).toBe(`\${${name}:-}`);
  });

  it('passes the settings of links to the API, and those of s3:// links to the worker', () => {
    for (const name of ['STORAGE_LINKS', 'STORAGE_PUBLIC_URL', 'STORAGE_LINK_TTL'])
      expect(services['api']?.environment[name]).toBe(`\${${name}:-}`);
    expect(services['worker']?.environment['SOURCE_BUCKETS']).toBe('${SOURCE_BUCKETS:-}');
  });

  it.each(longRunning)('has a health check for %s', (_, service) => {
    const inImage = service.build !== undefined && /^HEALTHCHECK /m.test(dockerfile);
    expect(service.healthcheck !== undefined || inImage).toBe(true);
  });

  it('has only long-running and one-shot services', () => {
    expect(longRunning.length + oneShots.length).toBe(all.length);
  });

  it.each(waits)(
    'lets %s wait for %s under a condition that can be met: %s',
    (_, other, condition) => {
      if (condition === 'service_healthy') {
        expect(services[other]?.healthcheck).toBeDefined();
      } else {
        expect(condition).toBe('service_completed_successfully');
        expect(oneShots.map(([name]) => name)).toContain(other);
      }
    },
  );

  it('contains no password', () => {
    const secrets = all.flatMap(([name, { environment }]) =>
      Object.entries(environment)
        .filter(([variable]) => /PASSWORD|PWD|SECRET|KEY|TOKEN|URI/.test(variable))
        .map(([variable, value]) => [`${name} ${variable}`, String(value)] as const),
    );
    expect(secrets.length).toBeGreaterThan(5);
    for (const [place, value] of secrets) {
      const literal = value.replaceAll(/\$\{[A-Z_]+:[?-][^}]*\}/g, '');
      const uri =
        'mongodb://service:@mongodb:27017/image-processor?replicaSet=rs0&authSource=admin';
      expect([place, ['', uri]]).toEqual([place, expect.arrayContaining([literal])]);
    }
    expect(text.replaceAll('$MONGODB_PASSWORD', '')).not.toMatch(/:\/\/[^:/\s]+:[^$@\s{][^@\s]*@/);
  });

  it('requires its passwords from .env, and .env.example lists them', () => {
    const required = [...text.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name);
    expect(new Set(required)).toEqual(new Set(['MONGODB_PASSWORD', 'TEMPORAL_POSTGRES_PASSWORD']));
    const example = read('.env.example');
    for (const name of required) expect(example).toContain(`\n${name}=\n`);
  });

  it('keeps all data in named volumes, and shares the images between API and workers', () => {
    const mounted = all.flatMap(([, service]) => service.volumes.map((one) => one.split(':')));
    const named = mounted.filter(([source]) => !source?.startsWith('./')).map(([source]) => source);
    expect(new Set(named)).toEqual(new Set(Object.keys(volumes)));
    expect(services['api']?.volumes).toEqual(services['worker']?.volumes);
    expect(dockerfile).toContain('DATA_DIR=/data');
    expect(services['api']?.volumes).toEqual(['data:/data']);
  });

  it('mounts only existing files', () => {
    const files = all.flatMap(([, service]) =>
      service.volumes.filter((one) => one.startsWith('./')),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files)
      expect(existsSync(path.join(root, file.split(':')[0] ?? ''))).toBe(true);
  });

  it('publishes ports on loopback only', () => {
    const ports = all.flatMap(([, service]) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it.each(all)(
    'drops the capabilities of %s, and limits its memory and processes',
    (_, service) => {
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.mem_limit).toMatch(/^[1-9]\d*[mg]$/);
      expect(service.pids_limit).toBeDefined();
    },
  );

  it('gives capabilities only to databases, which start as root', () => {
    const given = all.filter(([, { cap_add }]) => cap_add.length > 0).map(([name]) => name);
    expect(given.sort()).toEqual(['mongodb', 'temporal-postgresql']);
  });

  it('lets our services write only to the data volume and to /tmp', () => {
    expect(ours.map(([name]) => name)).toEqual(['api', 'worker']);
    for (const [, { read_only, tmpfs, volumes: mounts }] of ours) {
      expect({ read_only, tmpfs, mounts }).toEqual({
        read_only: true,
        tmpfs: ['/tmp'],
        mounts: ['data:/data'],
      });
    }
  });

  it('pins a version of every image that it does not build', () => {
    const foreign = all
      .filter(([, { build }]) => build === undefined)
      .map(([, { image }]) => image);
    expect(foreign.filter((image) => !/:v?\d/.test(image))).toEqual([]);
  });

  it('starts object storage only with its profile, and nothing waits for it', () => {
    const optional = all.filter(([, { profiles }]) => profiles.length > 0);
    expect(optional.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['object-storage', ['s3']],
    ]);
    expect(waits.map(([, other]) => other)).not.toContain('object-storage');
    expect(services['object-storage']?.ports).toEqual([]);
    expect(services['object-storage']?.read_only).toBe(true);
  });

  it('gives API, workers and object storage the same key', () => {
    const store = services['object-storage']?.environment;
    for (const [, { environment }] of ours) {
      expect(environment['STORAGE_URL']).toBe('${STORAGE_URL:-}');
      expect(store?.['ROOT_ACCESS_KEY']).toBe(environment['AWS_ACCESS_KEY_ID']);
      expect(store?.['ROOT_SECRET_KEY']).toBe(environment['AWS_SECRET_ACCESS_KEY']);
    }
    const example = read('.env.example');
    const { host } = new URL(/^AWS_ENDPOINT_URL_S3=(.*)$/m.exec(example)?.[1] ?? '');
    expect(host).toBe('object-storage:7070');
    expect(JSON.stringify(services['object-storage'])).toContain('--port :7070');
  });

  it('allows the worker to be scaled', () => {
    expect(services['worker']?.ports).toEqual([]);
    expect(services['worker']).not.toHaveProperty('container_name');
  });
});

describe('deploy/temporal-dynamic-config.yaml', () => {
  it('enables the settings that the workflows rely on', () => {
    expect(parse(read('deploy/temporal-dynamic-config.yaml'))).toEqual({
      'matching.useNewMatcher': [{ value: true }],
      'matching.enableFairness': [{ value: true }],
      'history.transferProcessorMaxPollRPS': [{ value: 1000 }],
      'system.enableActivityEagerExecution': [{ value: true }],
    });
  });
});
