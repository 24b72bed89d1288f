import { namedStorageEndpoint } from '../../src/storage/endpoint';

describe('namedStorageEndpoint(environment)', () => {
  it.each([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: '' }, undefined],
    [{ AWS_ENDPOINT_URL: 'http://all:1' }, 'http://all:1'],
    [{ AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: 'https://s3' }, 'https://s3'],
  ])('of %j is %s, as for the SDK', (environment, url) => {
    expect(namedStorageEndpoint(environment)).toBe(url);
  });

  it('refuses a value that is not a URL, and names the variable', () => {
    expect(() => namedStorageEndpoint({ AWS_ENDPOINT_URL: 'minio:9000' })).toThrow(
      'Expected AWS_ENDPOINT_URL to be an http or https URL, received "minio:9000"',
    );
  });
});
