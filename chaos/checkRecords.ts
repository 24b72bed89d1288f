import { isDeepStrictEqual } from 'node:util';
import {
  groupBy,
  isGood,
  requestsOf,
  type Evidence,
  type UploadedRequest,
  type Violations,
} from './evidence';
import type { Found } from './found';

type Image = Found['images'][number];
type Row = Found['rows'][number];

/** The codes with which the harness's links without a picture fail. */
export const EXPECTED_FAILURES = ['not_found', 'not_an_image'];

/** Checks that every row and image exists exactly once, and that the counts are their sums. */
export function checkRecords(evidence: Evidence): Violations {
  const rows = groupBy(evidence.found.rows, ({ request_id }) => request_id);
  const images = groupBy(evidence.found.images, ({ request_id }) => request_id);
  return requestsOf(evidence).flatMap((ran) => {
    const id = ran.request._id;
    const [own, pictures] = [rows.get(id) ?? [], images.get(id) ?? []];
    return [
      ...checkRows(ran, own, pictures),
      ...checkImages(ran, pictures),
      ...checkCounts(ran, pictures),
    ];
  });
}

function checkRows(
  { request, sheet }: UploadedRequest,
  rows: readonly Row[],
  images: readonly Image[],
): Violations {
  const urls = new Map(images.map(({ _id, url }) => [_id, url]));
  const inOrder = [...rows].sort((one, other) => one.number - other.number);
  const found = inOrder.map((row) => ({
    number: row.number,
    cells: row.cells,
    links: row.images.map((ref) => urls.get(`${request._id}/${ref}`)),
    bad: row.error !== null,
  }));
  const expected = sheet.rows.map(({ cells, links }, index) => ({
    number: index + 1,
    cells,
    links,
    bad: links.length === 0,
  }));
  if (found.length !== expected.length) {
    return [`request ${request._id} has ${found.length} rows instead of ${expected.length}`];
  }
  return expected.flatMap((row, index) =>
    isDeepStrictEqual(found[index], row)
      ? []
      : [`request ${request._id}: row ${row.number} is not as it was uploaded`],
  );
}

function checkImages({ request, sheet }: UploadedRequest, images: readonly Image[]): Violations {
  const occurrences = groupBy(
    sheet.rows.flatMap(({ links }) => links),
    (link) => link,
  );
  const records = groupBy(images, ({ url }) => url);
  const unknown = [...records.keys()].filter((url) => !occurrences.has(url));
  return [
    ...unknown.map(
      (url) => `request ${request._id} has an image of ${url}, which is not in its file`,
    ),
    ...[...occurrences].flatMap(([link, { length }]) => {
      const what = `request ${request._id}: ${link}`;
      const [image, ...others] = records.get(link) ?? [];
      if (image === undefined || others.length > 0) {
        return [`${what} has ${others.length + (image === undefined ? 0 : 1)} records`];
      }
      const wrong =
        image.places === length
          ? []
          : [`${what} has ${image.places} occurrences instead of ${length}`];
      return [...wrong, ...checkOutcome(what, link, image)];
    }),
  ];
}

function checkOutcome(what: string, link: string, { status, error, attempts }: Image): Violations {
  if (isGood(link) ? status === 'succeeded' : EXPECTED_FAILURES.includes(error?.code ?? ''))
    return [];
  const why = error === null ? 'no error' : `${error.code}: ${error.message}`;
  return [`${what} is ${status} after ${attempts} attempts (${why})`];
}

function checkCounts({ request, sheet }: UploadedRequest, images: readonly Image[]): Violations {
  const sum = (valueOf: (image: Image) => number) =>
    images.reduce((total, image) => total + valueOf(image), 0);
  const badRows = sheet.rows.filter(({ links }) => links.length === 0).length;
  const counts = {
    total: badRows + sheet.rows.reduce((total, { links }) => total + links.length, 0),
    succeeded: sum(({ status, places }) => (status === 'succeeded' ? places : 0)),
    failed: badRows + sum(({ status, places }) => (status === 'failed' ? places : 0)),
    pending: 0,
  };
  const bytes = {
    in: sum(({ result }) => result?.bytes_in ?? 0),
    out: sum(({ result }) => result?.bytes_out ?? 0),
  };
  const status =
    counts.failed === 0 ? 'completed' : counts.succeeded === 0 ? 'failed' : 'completed_with_errors';
  const found = { counts: request.counts, bytes: request.bytes, status: request.state };
  if (isDeepStrictEqual(found, { counts, bytes, status })) return [];
  const expected = JSON.stringify({ counts, bytes, status });
  return [
    `request ${request._id} has ${JSON.stringify(found)}, but its records add to ${expected}`,
  ];
}
