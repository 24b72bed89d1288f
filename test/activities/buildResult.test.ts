import { readdir } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CancelledFailure } from '@temporalio/activity';
import pino from 'pino';
import { createBuildResult } from '../../activities/buildResult';
import { StorageUnavailable } from '../../src/errors';
import type { SheetRecord } from '../../src/records/types';
import type { FileStore, ResultKind } from '../../src/storage/fileStore';
import { called, calledCancelled } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';
import { failed, imageRecord, rowRecord, succeeded } from '../support/recorded';

const stage = startActivityStage();
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

const built = (requestId: string) => called(createBuildResult(stage.deps), { requestId, round: 1 });

/** Returns the text of a result file, with its byte order mark. */
async function textOf(requestId: string, kind: ResultKind): Promise<string> {
  const file = await stage.deps.files.openResult(requestId, 1, kind);
  if (file === null) throw new Error(`Expected a file of ${kind}`);
  return (await buffer(file.stream)).toString('utf8');
}

/** Returns the lines of a result file, which end as those of older versions. */
async function linesOf(requestId: string, kind: ResultKind): Promise<string[]> {
  return (await textOf(requestId, kind)).split('\r\n').slice(0, -1);
}

/** Returns the names of all files of the request below the data folder. */
async function filesOf(requestId: string): Promise<string[]> {
  const all = await readdir(stage.dataDir, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && entry.parentPath.includes(requestId))
    .map(({ name }) => name);
}

describe('buildResult', () => {
  it('writes every row in order, also of more rows than are read at once', async () => {
    const id = await stage.recorded(
      { rows: 600, lanes: [600] },
      (request) => upTo(600).map((n) => imageRecord(request, `0-${n}`, succeeded(`0-${n}`))),
      (request) => upTo(600).map((n) => rowRecord(request, n + 1, [`0-${n}`])),
    );
    expect(await built(id)).toEqual({
      counts: { total: 600, succeeded: 600, failed: 0, pending: 0 },
      bytes: { in: 60_000, out: 24_000 },
      undone: 0,
    });
    expect((await linesOf(id, 'result')).slice(1)).toEqual(
      upTo(600).map(
        (n) => `Product ${n + 1},links,http://service.example/image/files/${id}/0-${n}.jpg`,
      ),
    );
    expect(await linesOf(id, 'failed')).toEqual(['Product Name,Input Image Urls,Errors']);
  });

  it('counts all occurrences of an image, and its bytes once', async () => {
    const id = await stage.recorded(
      { rows: 2 },
      (request) => [imageRecord(request, '0-0', { ...succeeded('0-0'), places: 3 })],
      (request) => [rowRecord(request, 1, ['0-0', '0-0']), rowRecord(request, 2, ['0-0'])],
    );
    expect(await built(id)).toEqual({
      counts: { total: 3, succeeded: 3, failed: 0, pending: 0 },
      bytes: { in: 100, out: 40 },
      undone: 0,
    });
  });

  it('closes pending images, so that no late worker contradicts the files', async () => {
    const id = await stage.recorded(
      {},
      (request) => [imageRecord(request, '0-0')],
      (request) => [rowRecord(request, 1, ['0-0'])],
    );
    expect(await built(id)).toMatchObject({ counts: { total: 1, pending: 1 }, undone: 1 });
    const attempt = {
      ref: '0-0',
      at: 1,
      places: 1,
      failure: { code: 'timeout', message: 'late' },
    } as const;
    expect(await stage.deps.records.images.record(id, 1, [attempt])).toBe(0);
  });

  it('leaves no file when the second one cannot be created', async () => {
    const id = await stage.recorded({ rows: 0 });
    const { files } = stage.deps;
    const half: FileStore = {
      ...files,
      createResultFile: (requestId, round, kind) =>
        kind === 'failed'
          ? Promise.reject(new Error('no space left'))
          : files.createResultFile(requestId, round, kind),
    };
    const build = createBuildResult({ ...stage.deps, files: half });
    await expect(called(build, { requestId: id, round: 1 })).rejects.toThrow('no space left');
    expect(await filesOf(id)).toEqual([]);
  });

  it('counts as undone an image that failed in an earlier round and was not attempted in this one', async () => {
    const id = await stage.recorded(
      { round: 2 },
      (request) => [
        imageRecord(request, '0-0', failed()),
        imageRecord(request, '0-1', { ...failed(), round: 2 }),
      ],
      (request) => [rowRecord(request, 1, ['0-0', '0-1'])],
    );
    const result = await called(createBuildResult(stage.deps), { requestId: id, round: 2 });
    expect(result).toMatchObject({ counts: { failed: 2, pending: 0 }, undone: 1 });
  });

  it('lists the failures of a row by position, one per line', async () => {
    const id = await stage.recorded(
      {},
      (request) => [
        imageRecord(request, '0-0', failed('Answered 404')),
        imageRecord(request, '0-1', succeeded('0-1')),
        imageRecord(request, '0-2', failed('Answered 410')),
      ],
      (request) => [rowRecord(request, 1, ['0-0', '0-1', '0-2'])],
    );
    await built(id);
    expect((await linesOf(id, 'failed'))[1]).toBe(
      'Product 1,links,"1. not_found: Answered 404 (http://origin.example/0-0.jpg)\n' +
        '3. not_found: Answered 410 (http://origin.example/0-2.jpg)"',
    );
  });

  it('counts a bad row as one failed occurrence, and shows its error', async () => {
    const message = 'Expected a link, received none';
    const id = await stage.recorded({ lanes: [] }, undefined, (request) => [
      rowRecord(request, 1, [], { error: { code: 'no_links', message } }),
    ]);
    expect((await built(id)).counts).toEqual({ total: 1, succeeded: 0, failed: 1, pending: 0 });
    expect((await linesOf(id, 'failed'))[1]).toBe(`Product 1,links,"${message}"`);
  });

  it('shows the first 200 characters of a link, without credentials', async () => {
    const long = `http://origin.example/${'a'.repeat(300)}`;
    const id = await stage.recorded(
      {},
      (request) => [
        imageRecord(request, '0-0', {
          ...failed(),
          url: 'http://user:secret@origin.example/a.jpg',
        }),
        imageRecord(request, '0-1', { ...failed(), url: long }),
      ],
      (request) => [rowRecord(request, 1, ['0-0', '0-1'])],
    );
    await built(id);
    const shown = (await linesOf(id, 'failed'))[1];
    expect(shown).not.toContain('secret');
    expect(shown).toContain(`(${long.slice(0, 200)}…)`);
  });

  it('produces the same counts and files when it runs again', async () => {
    const id = await stage.recorded(
      { rows: 2 },
      (request) => [imageRecord(request, '0-0'), imageRecord(request, '0-1', failed())],
      (request) => [rowRecord(request, 1, ['0-0']), rowRecord(request, 2, ['0-1'])],
    );
    const first = [await built(id), await linesOf(id, 'result'), await linesOf(id, 'failed')];
    expect([await built(id), await linesOf(id, 'result'), await linesOf(id, 'failed')]).toEqual(
      first,
    );
  });

  it('leaves no file when it fails half-way', async () => {
    const id = await stage.recorded({}, undefined, (request) => [rowRecord(request, 1, ['0-0'])]);
    await expect(built(id)).rejects.toThrow(
      `Expected image 0-0 of row ${id}/1 to be recorded, found none`,
    );
    expect(await filesOf(id)).toEqual([]);
  });

  it('succeeds, and logs why, when unfinished files cannot be removed', async () => {
    const id = await stage.recorded({ rows: 0 });
    const lines: string[] = [];
    const logger = pino({}, { write: (line) => lines.push(line) });
    // A stand-in: root may remove every file of a disk.
    const files: FileStore = {
      ...stage.deps.files,
      removeDrafts: () =>
        Promise.reject(new StorageUnavailable('AccessDenied', 'AccessDenied (HTTP 403)')),
    };
    const build = createBuildResult({ ...stage.deps, files, logger });
    await expect(called(build, { requestId: id, round: 1 })).resolves.toMatchObject({ undone: 0 });
    expect((await filesOf(id)).sort()).toEqual(['failed-1.csv', 'result-1.csv']);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        request_id: id,
        reason: 'AccessDenied (HTTP 403)',
        msg: 'Unfinished files of a request could not be removed',
      }),
    ]);
  });

  it('leaves no file when it is cancelled', async () => {
    const id = await stage.recorded(
      {},
      (request) => [imageRecord(request, '0-0', succeeded('0-0'))],
      (request) => [rowRecord(request, 1, ['0-0'])],
    );
    const cancelled = calledCancelled(createBuildResult(stage.deps), { requestId: id, round: 1 });
    await expect(cancelled).rejects.toBeInstanceOf(CancelledFailure);
    expect(await filesOf(id)).toEqual([]);
  });

  describe('writes the dialect of the upload', () => {
    const SHEET = {
      link_columns: [1],
      delimiter: ';',
      encoding: 'utf-8',
      has_mark: true,
      line_end: '\r\n',
      preamble: 'Products\n',
      base_url: null,
      output: 'append',
      warnings: [],
    } as const;

    const recordedWith = (sheet: SheetRecord | null, cells: readonly string[] = ['Mug', 'x']) =>
      stage.recorded(
        { sheet },
        (request) => [imageRecord(request, '0-0', succeeded('0-0'))],
        (request) => [rowRecord(request, 1, ['0-0'], { cells })],
      );
    const output = (id: string) => `http://service.example/image/files/${id}/0-0.jpg`;

    it('to both files', async () => {
      const id = await recordedWith(SHEET);
      await built(id);
      expect(await textOf(id, 'result')).toBe(
        '\uFEFFProducts\nProduct Name;Input Image Urls;Output Image Urls\r\n' +
          `Mug;x;${output(id)}\r\n`,
      );
      expect(await textOf(id, 'failed')).toBe(
        '\uFEFFProducts\nProduct Name;Input Image Urls;Errors\r\n',
      );
    });

    it('with a byte order mark where the upload was not UTF-8', async () => {
      const id = await recordedWith({ ...SHEET, encoding: 'windows-1252', has_mark: false });
      await built(id);
      expect((await textOf(id, 'result')).startsWith('\uFEFFProducts\n')).toBe(true);
    });

    it('without a byte order mark where the upload was UTF-8 without one', async () => {
      const id = await recordedWith({ ...SHEET, has_mark: false });
      await built(id);
      expect((await textOf(id, 'result')).startsWith('Products\n')).toBe(true);
    });

    it('with links in place of those of the upload, when asked to', async () => {
      const cells = ['=1+1', 'Front: http://origin.example/0-0.jpg'];
      const id = await recordedWith({ ...SHEET, output: 'replace' }, cells);
      await built(id);
      expect(await textOf(id, 'result')).toBe(
        `\uFEFFProducts\nProduct Name;Input Image Urls\r\n=1+1;Front: ${output(id)}\r\n`,
      );
    });

    it('but commas and Windows line ends for a request that an older version recorded', async () => {
      const { link_columns, delimiter, encoding, warnings } = SHEET;
      for (const sheet of [null, { link_columns, delimiter, encoding, warnings }]) {
        const id = await recordedWith(sheet);
        await built(id);
        expect(await textOf(id, 'result')).toBe(
          `Product Name,Input Image Urls,Output Image Urls\r\nMug,x,${output(id)}\r\n`,
        );
      }
    });
  });
});
