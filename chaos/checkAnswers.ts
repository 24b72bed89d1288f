import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import { createClient, type Client } from '../client';
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

/** Checks what the API returns for each request: the status, and result CSVs that are complete and in order. */
export async function checkAnswers(evidence: Evidence): Promise<Violations> {
  const images = groupBy(evidence.found.images, ({ request_id }) => request_id);
  const client = createClient({ url: evidence.url });
  const violations: Violations = [];
  for (const ran of requestsOf(evidence)) {
    const answers = await checkRequest(
      client,
      evidence.url,
      ran,
      images.get(ran.request._id) ?? [],
    );
    violations.push(...answers.map((wrong) => `request ${ran.request._id}: ${wrong}`));
  }
  return violations;
}

async function checkRequest(
  client: Client,
  url: string,
  { request, sheet }: UploadedRequest,
  images: readonly Image[],
): Promise<Violations> {
  const violations: Violations = [];
  const id = request._id;
  const links = new Map(
    images.flatMap(({ url: source, result }) =>
      result === null ? [] : [[source, `${url}/image/files/${id}/${result.file}`] as const],
    ),
  );

  const { status } = await client.status(id);
  if (status !== request.state) violations.push(`its status is ${status}`);

  const result = read(await (await client.result(id)).text());
  const expected = sheet.rows.map(({ cells, links: sources }) => [
    ...cells,
    sources.map((source) => links.get(source) ?? '').join(','),
  ]);
  violations.push(...compare('result', result, [...sheet.columns, 'Output Image Urls'], expected));

  const failed = read(await (await client.result(id, { only: 'failed' })).text());
  const failing = sheet.rows.filter((row) => row.links.length === 0 || !row.links.every(isGood));
  const cells = failing.map((row) => [...row.cells]);
  const withoutErrors = failed.map((row) => row.slice(0, -1));
  violations.push(...compare('list of failed rows', withoutErrors, sheet.columns, cells));

  const [first] = links.values();
  if (first !== undefined) await getFile(first);
  return violations;
}

function compare(
  what: string,
  [header, ...rows]: readonly string[][],
  columns: readonly string[],
  expected: readonly string[][],
): Violations {
  if (!isDeepStrictEqual(header, columns)) return [`its ${what} has the header ${String(header)}`];
  if (rows.length !== expected.length) {
    return [`its ${what} has ${rows.length} rows instead of ${expected.length}`];
  }
  return expected.flatMap((row, index) =>
    isDeepStrictEqual(rows[index], row) ? [] : [`row ${index + 1} of its ${what} is wrong`],
  );
}

function read(csv: string): string[][] {
  return parse(csv, { relax_column_count: true });
}

async function getFile(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`Expected an answer from ${url}, received HTTP ${answer.status}`);
  await answer.arrayBuffer();
}
