import { errorsCell } from '../src/csv/errorsCell';
import { createResultSheet } from '../src/csv/resultSheet';
import { messageOf } from '../src/errors';
import type { ResultFile } from '../src/storage/fileStore';
import { apiLinkOf } from '../src/storage/links';
import { inReadableParts } from '../src/records/rows';
import type { ImageRecord, RequestRecord, RowRecord } from '../src/records/types';
import { requireOpenRound } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { interrupted } from './failure';
import { withHeartbeat } from './heartbeat';
import { resultOptionsOf } from './resultOptions';
import type { BuiltResult, ImageRequestActivities } from './types';

interface Occurrence {
  readonly ref: string;
  readonly image: ImageRecord;
}

/**
 * Writes the result CSV and the CSV of failed rows in one pass, and counts exactly what is recorded. Images that are
 * still pending (of a cancelled request) are closed first, so that no late worker can contradict the files.
 */
export function createBuildResult(
  deps: ActivityDependencies,
): ImageRequestActivities['buildResult'] {
  const { records, files, config, logger } = deps;

  return (ref) =>
    withHeartbeat(async (signal) => {
      const request = await requireOpenRound(deps, ref);
      const sheet = createResultSheet(resultOptionsOf(request, config.RESULT_ESCAPE_FORMULAS));
      const count = createCount(request);
      const result = await files.createResultFile(request._id, request.round, 'result');
      let failed: ResultFile | null = null;
      try {
        failed = await files.createResultFile(request._id, request.round, 'failed');
        await result.write(sheet.resultHead);
        await failed.write(sheet.failedHead);
        for await (const { row, places } of walk(request)) {
          if (signal.aborted) throw interrupted();
          count.add(row, places);
          const outputs = places.map(({ image }) => linkOf(request._id, image));
          await result.write(sheet.resultRow(row.cells, outputs));
          const errors = errorsOf(row, places);
          if (errors !== '') await failed.write(sheet.failedRow(row.cells, errors));
        }
        await Promise.all([result.commit(), failed.commit()]);
      } catch (error) {
        await Promise.all([result.discard(), failed?.discard()]);
        throw error;
      }
      await removeDrafts(request._id);
      return count.result();
    });

  /** The CSVs are complete: a failure only leaves drafts, which are removed with the request. */
  async function removeDrafts(requestId: string): Promise<void> {
    await files.removeDrafts(requestId).catch((error: unknown) => {
      logger.warn(
        { request_id: requestId, reason: messageOf(error) },
        'Unfinished files of a request could not be removed',
      );
    });
  }

  async function* walk(request: RequestRecord) {
    for await (const rows of records.rows.pages(request._id, 1, request.rows)) {
      for (const part of inReadableParts(rows)) {
        const images = await closed(request, [...new Set(part.flatMap((row) => row.images))]);
        for (const row of part) yield { row, places: occurrencesOf(request, row, images) };
      }
    }
  }

  async function closed(
    { _id: requestId, round }: RequestRecord,
    refs: string[],
  ): Promise<Map<string, ImageRecord>> {
    const images = await records.images.findMany(requestId, refs);
    const open = refs.filter((ref) => images.get(ref)?.status === 'pending');
    if (open.length === 0) return images;
    const closed = await records.images.close(requestId, round, open);
    // Otherwise some were done meanwhile.
    return closed === open.length ? images : records.images.findMany(requestId, refs);
  }

  function linkOf(requestId: string, { result }: ImageRecord): string | null {
    return result === null ? null : apiLinkOf(config.PUBLIC_URL, requestId, result.file);
  }
}

function occurrencesOf(
  { recording }: RequestRecord,
  row: RowRecord,
  images: ReadonlyMap<string, ImageRecord>,
): Occurrence[] {
  return row.images.flatMap((ref) => {
    const image = images.get(ref);
    if (image !== undefined) return [{ ref, image }];
    // A worker died within a batch, and then the sheet was lost: these places count as lost too.
    if (recording !== undefined) return [];
    throw new Error(`Expected image ${ref} of row ${row._id} to be recorded, found none`);
  });
}

function errorsOf(row: RowRecord, places: readonly Occurrence[]): string {
  if (row.error !== null) return row.error.message;
  const failures = places.flatMap(({ image: { status, error, url } }, index) =>
    status === 'failed' && error !== null ? [{ position: index + 1, ...error, url }] : [],
  );
  return errorsCell(failures);
}

/** Counts every occurrence of an image, but its bytes once. Places in rows that could not be recorded have failed. */
function createCount({ round, counts: { total } }: RequestRecord) {
  const counts = { total: 0, succeeded: 0, failed: 0, pending: 0 };
  const bytes = { in: 0, out: 0 };
  const shared = new Set<string>();
  let undone = 0;

  return {
    add(row: RowRecord, places: readonly Occurrence[]): void {
      if (row.error !== null) {
        counts.total += 1;
        counts.failed += 1;
      }
      for (const { ref, image } of places) {
        counts.total += 1;
        counts[image.status] += 1;
        if (isUndone(image, round)) undone += 1;
        if (image.result === null || shared.has(ref)) continue;
        if (image.places > 1) shared.add(ref);
        bytes.in += image.result.bytes_in;
        bytes.out += image.result.bytes_out;
      }
    },
    result(): BuiltResult {
      const lost = Math.max(total - counts.total, 0);
      return {
        counts: { ...counts, total: counts.total + lost, failed: counts.failed + lost },
        bytes,
        undone,
      };
    },
  };
}

/** Also a failure of an earlier round: a retry that was cancelled early has not tried it. */
function isUndone({ status, round: tried }: ImageRecord, round: number): boolean {
  return status === 'pending' || (status === 'failed' && tried !== round);
}
