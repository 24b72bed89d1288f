import { imageEnvironmentOf } from '../../src/pipeline/environment';

describe('imageEnvironmentOf(environment)', () => {
  it('passes on what image processes need, and what the system and Node read', () => {
    const needed = {
      PATH: '/usr/bin',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      MALLOC_ARENA_MAX: '2',
      DATA_DIR: '/data',
      MAX_IMAGE_PIXELS: '1',
      ALLOWED_NETWORKS: '10.0.0.0/8',
    };
    expect(imageEnvironmentOf(needed)).toEqual(needed);
  });

  it('passes on no key, secret or address of a server', () => {
    const secret = {
      API_KEYS: 'key',
      WEBHOOK_SECRET: 'whsec_x',
      WEBHOOK_URL: 'https://user:password@hooks.example/',
      MONGODB_URI: 'mongodb://user:password@db/',
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_API_KEY: 'key',
      AWS_SECRET_ACCESS_KEY: 'key',
      ANYTHING_ELSE: 'x',
    };
    expect(imageEnvironmentOf(secret)).toEqual({});
  });
});
