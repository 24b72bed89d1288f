import { randomUUID } from 'node:crypto';
import { acceptUpload, type AcceptDeps } from '../../src/requests/accept';
import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';
import { inspectText } from '../../src/csv/inspectText';
import { startActivityStage } from '../support/activityStage';
import { sheetOf } from '../support/calls';
import { withFile } from '../support/temporaryFile';

const stage = startActivityStage();
const CSV = sheetOf(['http://origin.example/a.jpg', 'http://origin.example/b.jpg']);

/** Accepts an upload. @param start replaces the start of its run */
function accept(start: (requestId: string) => Promise<unknown>, key: string | null = null) {
  const runs: AcceptDeps['runs'] = {
    start: async ({ requestId }) => {
      await start(requestId);
    },
  };
  return withFile(CSV, async (path) =>
    acceptUpload(
      { ...stage.deps, runs },
      {
        owner: null,
        caller: 'a',
        path,
        size: CSV.length,
        fileName: 'products.csv',
        fingerprint: 'a'.repeat(64),
        text: await inspectText(path),
        options: {
          quality: 50,
          format: 'keep',
          effort: 'balanced',
          max_width: null,
          max_height: null,
        },
        webhookUrl: null,
        sheetOptions: DEFAULT_SHEET_OPTIONS,
        strict: false,
        idempotencyKey: key,
      },
    ),
  );
}

const starts = () => Promise.resolve();

describe('acceptUpload(deps, upload)', () => {
  it('keeps the request when its run was started but the response was lost', async () => {
    const id = await accept(async (requestId) => {
      // The run does this first.
      await stage.deps.records.requests.accept(requestId);
      throw new Error('connection reset');
    });
    expect(await stage.deps.records.requests.find(id)).toMatchObject({ state: 'pending' });
  });

  it('rejects an upload that another process has withdrawn, and removes its records', async () => {
    const { requests, images } = stage.deps.records;
    let withdrawn = '';
    const refused = accept(async (requestId) => {
      withdrawn = requestId;
      expect(await requests.withdraw(requestId)).toBe(true);
    });
    await expect(refused).rejects.toMatchObject({ name: 'Refusal', code: 'unavailable' });
    expect(await requests.find(withdrawn)).toBeNull();
    expect(await images.findMany(withdrawn, ['0-0', '0-1'])).toEqual(new Map());
  });

  it('replaces an upload with the same idempotency key whose process has died', async () => {
    const { requests } = stage.deps.records;
    const first = await accept(starts, randomUUID());
    const record = await requests.find(first);
    if (record === null) throw new Error('Expected the record');
    const [dead, key] = [randomUUID(), randomUUID()];
    const silentSince = new Date(Date.now() - 120_000);
    await requests.create({
      ...record,
      _id: dead,
      state: 'uploading',
      idempotency_key: key,
      updated_at: silentSince,
    });

    const id = await accept(starts, key);
    expect(id).not.toBe(dead);
    expect(await requests.find(dead)).toMatchObject({ state: 'withdrawn' });
    expect(await requests.findByIdempotencyKey(key)).toMatchObject({ _id: id, state: 'pending' });
  });
});
