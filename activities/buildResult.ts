import { withoutCredentials } from '../src/network/webUrl';
import { failedHeader, failedRow, formatRecord, resultHeader, resultRow } from '../src/csv/write';
import type { ResultFile } from '../src/storage/fileStore';
import { inReadableParts } from '../src/records/rows';
import type { ImageRecord, RequestRecord, RowRecord } from '../src/records/types';
import { requireOpenRound } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { interrupted } from './failure';
import { withHeartbeat } from './heartbeat';
import type { BuiltResult, ImageRequestActivities } from './types';

/** The most characters of a link in the error column. */
const SHOWN_LINK = 200;

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
  const { records, files, config } = deps;
  const escape = { escapeFormulas: config.RESULT_ESCAPE_FORMULAS };

  return (ref) =>
    withHeartbeat(async (signal) => {
      const request = await requireOpenRound(deps, ref);
      const { columns } = request;
      const count = createCount(ref.round);
      const result = await files.createResultFile(request._id, request.round, 'result');
      let failed: ResultFile | null = null;
      try {
        failed = await files.createResultFile(request._id, request.round, 'failed');
        await result.write(formatRecord(resultHeader(columns), escape));
        await failed.write(formatRecord(failedHeader(columns), escape));
        for await (const { row, places } of walk(request)) {
          if (signal.aborted) throw interrupted();
          count.add(row, places);
          const outputs = places.map(({ image }) => linkOf(request._id, image));
          await result.write(formatRecord(resultRow(columns, row.cells, outputs), escape));
          const errors = errorsOf(row, places);
          if (errors === '') continue;
          await failed.write(formatRecord(failedRow(columns, row.cells, errors), escape));
        }
        await result.commit();
        await failed.commit();
        await files.removeDrafts(request._id);
      } catch (error) {
        await Promise.all([result.discard(), failed?.discard()]);
        throw error;
      }
      return count.result();
    });

  async function* walk(request: RequestRecord) {
    for await (const rows of records.rows.pages(request._id, 1, request.rows)) {
      for (const part of inReadableParts(rows)) {
        const images = await closed(request, [...new Set(part.flatMap((row) => row.images))]);
        for (const row of part) yield { row, places: occurrencesOf(row, images) };
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
    await records.images.close(requestId, round, open);
    return records.images.findMany(requestId, refs);
  }

  function linkOf(requestId: string, { result }: ImageRecord): string {
    return result === null ? '' : `${config.PUBLIC_URL}/image/files/${requestId}/${result.file}`;
  }
}

function occurrencesOf(row: RowRecord, images: ReadonlyMap<string, ImageRecord>): Occurrence[] {
  return row.images.map((ref) => {
    const image = images.get(ref);
    if (image === undefined) {
      throw new Error(`Expected image ${ref} of row ${row._id} to be recorded, found none`);
    }
    return { ref, image };
  });
}

/** What to fix in a row, for a person; empty when nothing failed. */
function errorsOf(row: RowRecord, places: readonly Occurrence[]): string {
  if (row.error !== null) return row.error.message;
  return places
    .flatMap(({ image }, index) =>
      image.status === 'failed' && image.error !== null
        ? [`${index + 1}. ${image.error.code}: ${image.error.message} (${shownLink(image.url)})`]
        : [],
    )
    .join('\n');
}

/** Shows the link as it was read, since a cell of many links does not show where one ends; long ones are cut. */
function shownLink(url: string): string {
  const shown = withoutCredentials(url);
  return shown.length > SHOWN_LINK ? `${shown.slice(0, SHOWN_LINK)}…` : shown;
}

/** Counts every occurrence of an image, but its bytes once. */
function createCount(round: number) {
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
    result: (): BuiltResult => ({ counts, bytes, undone }),
  };
}

/** Also a failure of an earlier round: a retry that was cancelled early has not tried it. */
function isUndone({ status, round: tried }: ImageRecord, round: number): boolean {
  return status === 'pending' || (status === 'failed' && tried !== round);
}
