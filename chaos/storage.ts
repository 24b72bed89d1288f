import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
  type _Object,
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
  /** Returns the names of half-written files, and of unfinished uploads to object storage. */
  drafts(): Promise<string[]>;
  /** Counts the result CSVs that were uploaded to object storage in parts. */
  resultsInParts(): Promise<number>;
}

export function diskStorage(dataDir: string): Storage {
  /** Lists the files of a part, relative to `dataDir`. */
  async function filesIn(part: Part): Promise<string[]> {
    const folder = path.join(dataDir, part);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(dataDir, path.join(entry.parentPath, entry.name)));
  }

  return {
    requestsIn: (part) => readdir(path.join(dataDir, part)).catch(() => []),
    async images() {
      const files = (await filesIn('files')).filter((file) => !isDraft(file));
      return new Map(
        files.map((file) => {
          // Folders between the request and its files spread them.
          const [, request = ''] = file.split(path.sep);
          return [`${request}/${path.basename(file)}`, () => readFile(path.join(dataDir, file))];
        }),
      );
    },
    async drafts() {
      return [...(await filesIn('files')), ...(await filesIn('results'))].filter(isDraft);
    },
    resultsInParts: () => Promise.resolve(0),
  };
}

function isDraft(file: string): boolean {
  return file.endsWith('.tmp');
}

export function bucketStorage({
  url,
  endpoint,
  credentials,
}: Pick<ObjectStorage, 'url' | 'endpoint' | 'credentials'>): Storage {
  const Bucket = new URL(url).hostname;
  const region = 'us-east-1';
  const client = new S3Client({ endpoint, credentials, region, forcePathStyle: true });

  async function objectsIn(part: Part): Promise<_Object[]> {
    const objects: _Object[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: `${part}/` })) {
      objects.push(...(page.Contents ?? []));
    }
    return objects;
  }

  /** Lists the keys of a part, without its name. */
  async function keysIn(part: Part): Promise<string[]> {
    return (await objectsIn(part)).map(({ Key = '' }) => Key.slice(part.length + 1));
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
    async drafts() {
      const keys = new Set<string>();
      let KeyMarker: string | undefined;
      for (;;) {
        // Without an UploadIdMarker, since versitygw refuses its own. A page then begins with the next key, which is enough.
        const page = await client.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker }));
        for (const { Key = '' } of page.Uploads ?? []) keys.add(Key);
        if (page.IsTruncated !== true) return [...keys];
        KeyMarker = page.NextKeyMarker;
      }
    },
    async resultsInParts() {
      // The ETag of an object that was uploaded in parts ends in their number.
      return (await objectsIn('results')).filter(({ ETag }) => /-\d+"?$/.test(ETag ?? '')).length;
    },
  };
}
