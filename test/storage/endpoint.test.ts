import { malformedStorageEndpoint, namedStorageEndpoint } from '../../src/storage/endpoint';

describe('namedStorageEndpoint(environment)', () => {
  it.each([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: '' }, undefined],
    [{ AWS_ENDPOINT_URL: 'http://all:1' }, 'http://all:1'],
    [{ AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: 'https://s3' }, 'https://s3'],
  ])('of %j is %s, as for the SDK', (environment, url) => {
    expect(namedStorageEndpoint(environment)).toBe(url);
  });

  it('ignores a value that is not a URL', () => {
    expect(namedStorageEndpoint({ AWS_ENDPOINT_URL: 'minio:9000' })).toBeUndefined();
  });
});

describe('malformedStorageEndpoint(environment)', () => {
  it.each([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL: 'http://all:1' }, undefined],
    [{ AWS_ENDPOINT_URL: 'minio:9000' }, 'AWS_ENDPOINT_URL'],
    [{ AWS_ENDPOINT_URL: 'minio:9000', AWS_ENDPOINT_URL_S3: 'http://s3' }, undefined],
    [{ AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: 'http://' }, 'AWS_ENDPOINT_URL_S3'],
  ])('of %j is %s', (environment, name) => {
    expect(malformedStorageEndpoint(environment)).toBe(name);
  });
});
