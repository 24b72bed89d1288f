import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStorage } from '../src/dev/embedded/objectStorage';

/** Where images and result CSVs are. */
export type Part = 'files' | 'results';

/** What the service has stored, read without the product's own code. */
export interface Storage {
  /** Returns the ids of the requests that have something in a part. */
  requestsIn(part: Part): Promise<string[]>;
  /** Returns readers of all images, by `{request}/{name}`. */
  images(): Promise<Map<string, () => Promise<Buffer>>>;
  /** Counts uploads to object storage that were neither completed nor aborted. */
  unfinishedUploads(): Promise<number>;
}

export function diskStorage(dataDir: string): Storage {
  return {
    requestsIn: (part) => readdir(path.join(dataDir, part)).catch(() => []),
    async images() {
      const folder = path.join(dataDir, 'files');
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return new Map(
        entries
          .filter((entry) => entry.isFile())
          .map((entry) => {
            // Folders between the request and its files spread them.
            const [request = ''] = path.relative(folder, entry.parentPath).split(path.sep);
            const file = path.join(entry.parentPath, entry.name);
            return [`${request}/${entry.name}`, () => readFile(file)];
          }),
      );
    },
    unfinishedUploads: () => Promise.resolve(0),
  };
}

export function bucketStorage({ url, endpoint, credentials }: ObjectStorage): Storage {
  const Bucket = new URL(url).hostname;
  const region = 'us-east-1';
  const client = new S3Client({ endpoint, credentials, region, forcePathStyle: true });

  /** Lists the keys of a part, without its name. */
  async function keysIn(part: Part): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: `${part}/` })) {
      for (const { Key = '' } of page.Contents ?? []) keys.push(Key.slice(part.length + 1));
    }
    return keys;
  }

  async function read(Key: string): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  return {
    async requestsIn(part) {
      return [...new Set((await keysIn(part)).map((key) => key.split('/')[0] ?? ''))];
    },
    async images() {
      const keys = await keysIn('files');
      return new Map(keys.map((key) => [key, () => read(`files/${key}`)]));
    },
    async unfinishedUploads() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.length;
    },
  };
}
