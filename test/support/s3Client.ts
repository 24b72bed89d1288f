import { S3Client } from '@aws-sdk/client-s3';
import type { S3StoreSettings } from '../../src/storage/s3/store';
import type { TestBucket } from './s3';

/** Returns explicit settings for a store in the bucket, since the SDK's own variables apply to the whole process. */
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

/** Opens a client with which tests see what a store has written. */
export function openClient(bucket: TestBucket): S3Client {
  const { region, endpoint, credentials } = storeSettingsOf(bucket);
  return new S3Client({ region, endpoint, credentials, forcePathStyle: true });
}
