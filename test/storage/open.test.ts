import { readdir } from 'node:fs/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { readConfig } from '../../src/config';
import { openFileStore } from '../../src/storage/open';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { storeImage } from '../support/storedImage';
import { withFolder } from '../support/temporaryFile';
import { IMAGE, REQUEST } from './fileStore';

const before = { ...process.env };
let bucket: TestBucket;

beforeAll(async () => {
  bucket = await openTestBucket();
  Object.assign(process.env, bucket.env);
});
afterAll(async () => {
  process.env = before;
  await bucket.remove();
});

describe('openFileStore(settings)', () => {
  it('keeps files below DATA_DIR by default', () =>
    withFolder(async (DATA_DIR) => {
      const requests: string[] = [];
      const store = openFileStore(readConfig({ DATA_DIR }), (operation) =>
        requests.push(operation),
      );
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      expect(await readdir(DATA_DIR)).toEqual(['files']);
      expect(requests).toEqual([]);
    }));

  it("keeps files in the bucket of STORAGE_URL, found by the SDK's own variables", () =>
    withFolder(async (DATA_DIR) => {
      const requests: string[] = [];
      const config = readConfig({ DATA_DIR, STORAGE_URL: bucket.url, STORAGE_PATH_STYLE: 'true' });
      const store = openFileStore(config, (...request) => requests.push(request.join(' ')));
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      expect(await readdir(DATA_DIR)).toEqual([]);
      expect(requests).toEqual(['PutObject ok']);
      const client = openClient(bucket);
      const { bucket: Bucket } = storeSettingsOf(bucket);
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      expect(Contents.map(({ Key }) => Key)).toEqual([`prefix/files/${REQUEST}/${name}`]);
      client.destroy();
    }));
});
