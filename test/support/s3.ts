import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';

export interface TestBucket {
  /** For `STORAGE_URL`: the bucket and a prefix. */
  readonly url: string;
  /** The SDK's variables, and STORAGE_PATH_STYLE. */
  readonly env: Record<string, string>;
  /** Removes the bucket and everything in it. */
  remove(): Promise<void>;
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Expected Jest's global setup to set ${name}`);
  return value;
}

/** Creates a bucket on the S3 server that Jest's global setup has started. */
export async function openTestBucket(): Promise<TestBucket> {
  const env = {
    AWS_ENDPOINT_URL_S3: given('TEST_S3_ENDPOINT'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: given('TEST_S3_ACCESS_KEY_ID'),
    AWS_SECRET_ACCESS_KEY: given('TEST_S3_SECRET_ACCESS_KEY'),
    STORAGE_PATH_STYLE: 'true',
  };
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const client = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3,
    region: env.AWS_REGION,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    },
    forcePathStyle: true,
  });
  const Bucket = `test-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    url: `s3://${Bucket}/prefix`,
    env,
    async remove() {
      await empty(client, Bucket);
      await client.send(new DeleteBucketCommand({ Bucket }));
      client.destroy();
    },
  };
}

async function empty(client: S3Client, Bucket: string): Promise<void> {
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of uploads.Uploads ?? []) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
}
