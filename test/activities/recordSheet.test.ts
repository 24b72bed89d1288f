import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CancelledFailure } from '@temporalio/activity';
import { createRecordSheet } from '../../activities/recordSheet';
import type { RoundRef } from '../../activities/types';
import { openSheet } from '../../src/csv/read';
import { recordingOf, sheetRecordOf } from '../../src/recording/sheet';
import { called, calledCancelled } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';
import { all } from '../support/calls';
import { LARGE_ROWS as ROWS, largeSheetOf } from '../support/largeSheet';
import { withFile } from '../support/temporaryFile';

const stage = startActivityStage();
const IMAGES = 400;
const LINKS = Array.from({ length: IMAGES }, (_, n) => `http://origin.example/${n}.jpg`);

/** Stores a sheet, whose rows are recorded in three batches. @returns the request that is to get them */
async function stored(rows = ROWS): Promise<RoundRef> {
  return withFile(largeSheetOf(LINKS), async (file) => {
    const sheet = await openSheet(file);
    const requestId = await stage.recorded({
      columns: [...sheet.columns],
      counts: { total: rows, succeeded: 0, failed: 0, pending: rows },
      rows,
      lanes: [],
      sheet: sheetRecordOf(sheet, 'append', []),
      recording: recordingOf(sheet, 10_000),
    });
    await stage.deps.files.writeSheet(requestId, file);
    return { requestId, round: 1 };
  });
}

const activity = (told: (readonly number[])[] = []) =>
  createRecordSheet({
    ...stage.deps,
    tellRecorded: (_, lanes) => {
      told.push(lanes);
      return Promise.resolve();
    },
  });

async function rowsOf({ requestId }: RoundRef): Promise<number[]> {
  const found = await all(stage.deps.records.rows.layouts(requestId, 1, ROWS));
  return found.flat().map(({ number }) => number);
}

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const recordOf = ({ requestId }: RoundRef) => stage.deps.records.requests.find(requestId);
const loseSheet = ({ requestId }: RoundRef) =>
  rm(path.join(stage.dataDir, 'results', requestId, 'upload.csv'));

describe('recordSheet', () => {
  it('records all rows and images, and tells the run of those that it can begin with', async () => {
    const ref = await stored();
    const told: (readonly number[])[] = [];
    expect(await called(activity(told), ref)).toEqual({
      lanes: [IMAGES],
      late: { succeeded: 0, failed: 0 },
    });
    expect(await rowsOf(ref)).toEqual(numbersTo(ROWS));
    expect((await recordOf(ref))?.recording).toBeUndefined();
    const [[first = 0] = []] = told;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(IMAGES);
  });

  it('changes nothing when it runs again', async () => {
    const ref = await stored();
    const before = await called(activity(), ref);
    expect(await called(activity(), ref)).toEqual(before);
    expect(await rowsOf(ref)).toEqual(numbersTo(ROWS));
  });

  it('stops after a batch when it is told to, and the next one goes on there', async () => {
    const ref = await stored();
    await expect(calledCancelled(activity(), ref)).rejects.toBeInstanceOf(CancelledFailure);
    const { recording } = (await recordOf(ref)) ?? {};
    expect(recording?.rows).toBeGreaterThan(0);
    expect(recording?.rows).toBeLessThan(ROWS);
    expect(await called(activity(), ref)).toMatchObject({ lanes: [IMAGES] });
    expect(await rowsOf(ref)).toEqual(numbersTo(ROWS));
  });

  it('fails by its own error when it fails after it was told to stop', async () => {
    const ref = await stored();
    await loseSheet(ref);
    await expect(calledCancelled(activity(), ref)).rejects.toMatchObject({ type: 'sheet_lost' });
  });

  it('says how many images are recorded when the sheet is lost half-way', async () => {
    const ref = await stored();
    await expect(calledCancelled(activity(), ref)).rejects.toBeInstanceOf(CancelledFailure);
    const { lanes } = (await recordOf(ref)) ?? {};
    await loseSheet(ref);
    await expect(called(activity(), ref)).rejects.toMatchObject({
      type: 'sheet_lost',
      nonRetryable: true,
      details: [lanes],
    });
  });

  it('fails when the stored sheet does not have the rows of the upload', async () => {
    const ref = await stored(ROWS + 1);
    await expect(called(activity(), ref)).rejects.toMatchObject({
      type: 'sheet_lost',
      message: expect.stringContaining(`it has ${ROWS} rows, expected ${ROWS + 1}`) as string,
    });
  });

  it('records nothing of a round that is over', async () => {
    const ref = await stored();
    await stage.deps.records.rounds.finish(ref.requestId, 1, {
      status: 'cancelled',
      counts: { total: ROWS, succeeded: 0, failed: 0, pending: ROWS },
      bytes: { in: 0, out: 0 },
      note: null,
    });
    await expect(called(activity(), ref)).rejects.toMatchObject({ type: 'round_closed' });
    expect(await rowsOf(ref)).toEqual([]);
  });
});
