import type { z } from 'zod';
import { inReadableParts } from '../records/rows';
import type { ImageRecord, RequestRecord, RowRecord } from '../records/types';
import type { ApiDependencies } from './dependencies';
import { findVisible } from '../requests/find';
import { validated, type Route } from './route';
import { imagesPage, imagesQuery, type ImageResource } from '../../contract/http/images';
import { jsonResponse, problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';

type Query = z.output<typeof imagesQuery>;

/** Rows read at once, by key. */
const ROWS_AT_ONCE = 200;
/** A page whose filter matches little ends here; its cursor goes on. */
const MAX_ROWS_EXAMINED = 5_000;

export function imagesRoute(deps: ApiDependencies): Route {
  const { records, config } = deps;
  return {
    config: {
      method: 'get',
      path: '/image/requests/{request_id}/images',
      operationId: 'listImages',
      tags: ['Requests'],
      summary: 'Every image, in the order of the sheet',
      description:
        'One entry for each place in the sheet: a link that stands twice is listed twice, a bad row once ' +
        '(without a position). A page may hold fewer images than `limit`; go on while there is a `next_cursor`.',
      request: { params: requestIdParams, query: imagesQuery },
      responses: {
        200: jsonResponse('A page of images.', imagesPage),
        404: problemResponse('No such request.'),
        422: problemResponse('A query parameter cannot be used.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      const query = validated(imagesQuery, 'query', ctx.query);
      ctx.body = await pageOf(await findVisible(deps.records, request_id), query);
    },
  };

  async function pageOf(request: RequestRecord, { status, limit, cursor }: Query) {
    const images: ImageResource[] = [];
    const [startRow = 1, startPlace = 0] = (cursor ?? '1.0').split('.').map(Number);
    const lastRow = Math.min(request.rows, startRow + MAX_ROWS_EXAMINED - 1);
    for (let first = startRow; first <= lastRow; first += ROWS_AT_ONCE) {
      const last = Math.min(first + ROWS_AT_ONCE - 1, lastRow);
      for await (const { row, places } of read(request._id, first, last)) {
        for (const [place, image] of places.entries()) {
          if (row === startRow && place < startPlace) continue;
          if (status !== undefined && image.status !== status) continue;
          if (images.length === limit) return { images, next_cursor: `${row}.${place}` };
          images.push(image);
        }
      }
    }
    return { images, next_cursor: lastRow < request.rows ? `${lastRow + 1}.0` : null };
  }

  async function* read(requestId: string, first: number, last: number) {
    for (const part of inReadableParts(await records.rows.range(requestId, first, last))) {
      const refs = [...new Set(part.flatMap((row) => row.images))];
      const images = await records.images.findMany(requestId, refs);
      for (const row of part) yield { row: row.number, places: placesOf(row, images) };
    }
  }

  function placesOf(row: RowRecord, images: ReadonlyMap<string, ImageRecord>): ImageResource[] {
    if (row.error !== null) return [badRow(row, row.error)];
    return row.images.flatMap((ref, index) => {
      const image = images.get(ref);
      return image === undefined ? [] : [placeOf(row, index, image)];
    });
  }

  function placeOf(row: RowRecord, index: number, image: ImageRecord): ImageResource {
    const { url, status, attempts, error, result } = image;
    return {
      row: row.number,
      position: index + 1,
      source_url: url,
      status,
      attempts,
      error,
      output_url: result && `${config.PUBLIC_URL}/image/files/${image.request_id}/${result.file}`,
      bytes_in: result?.bytes_in ?? null,
      bytes_out: result?.bytes_out ?? null,
      width: result?.width ?? null,
      height: result?.height ?? null,
      format: result?.format ?? null,
      note: result?.note ?? null,
    };
  }
}

function badRow({ number }: RowRecord, error: { code: string; message: string }): ImageResource {
  return {
    row: number,
    position: null,
    source_url: null,
    status: 'failed',
    attempts: 0,
    error,
    output_url: null,
    bytes_in: null,
    bytes_out: null,
    width: null,
    height: null,
    format: null,
    note: null,
  };
}
