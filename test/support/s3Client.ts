import { S3Client } from '@aws-sdk/client-s3';
import type { S3StoreSettings } from '../../src/storage/s3/store';
import type { TestBucket } from './s3';

/** Returns the settings of a store in the bucket. The SDK's own variables are those of one process. */
export function storeSettingsOf(
  { url, env }: TestBucket,
  endpoint = env['AWS_ENDPOINT_URL_S3'] ?? '',
): Required<S3StoreSettings> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
  return {
    bucket,
    prefix,
    pathStyle: env['STORAGE_PATH_STYLE'] === 'true',
    endpoint,
    region: env['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  };
}

/** Opens a client of the tests' own, to see what a store has written. */
export function openClient(bucket: TestBucket): S3Client {
  const { region, endpoint, credentials } = storeSettingsOf(bucket);
  return new S3Client({ region, endpoint, credentials, forcePathStyle: true });
}
