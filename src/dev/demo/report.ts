import type { ImageResource } from '../../../contract/http/images';
import type { RequestResource } from '../../../contract/http/requests';
import type { ReceivedWebhook } from './receiver';

/** What of an image, and of a request, the report shows. */
export type ReportedImage = Pick<
  ImageResource,
  'row' | 'source_url' | 'status' | 'attempts' | 'error'
>;
type ReportedRequest = Pick<
  RequestResource,
  'request_id' | 'status' | 'details' | 'counts' | 'bytes'
>;

/** Failures of one kind. */
export interface Reason {
  /** Of the first of them. */
  readonly message: string;
  count: number;
  /** Where the first few stand. */
  readonly places: string[];
}

export interface Survey {
  /** By error code. */
  readonly failures: Map<string, Reason>;
  /** Images that succeeded after a failure that passed. */
  retried: number;
}

export interface Outcome {
  readonly request: ReportedRequest;
  readonly survey: Survey;
  readonly seconds: number;
  readonly webhook: ReceivedWebhook;
  /** Of the run in Temporal's Web UI. */
  readonly webUi: string;
  /** Whether the servers stay up. */
  readonly keep: boolean;
  readonly folder: string;
  readonly resultFile: string;
  /** `null`: nothing failed. */
  readonly failedFile: string | null;
  readonly imagesFolder: string;
}

const PLACES_SHOWN = 3;

/** What failed and why, from every place of the sheet, in memory that does not grow with it. */
export async function surveyImages(images: AsyncIterable<ReportedImage>): Promise<Survey> {
  const survey: Survey = { failures: new Map(), retried: 0 };
  for await (const { row, source_url, status, attempts, error } of images) {
    if (status === 'succeeded' && attempts > 1) survey.retried += 1;
    if (status !== 'failed' || error === null) continue;
    const known = survey.failures.get(error.code);
    const reason = known ?? { message: error.message, count: 0, places: [] };
    survey.failures.set(error.code, reason);
    reason.count += 1;
    if (reason.places.length < PLACES_SHOWN) reason.places.push(source_url ?? `row ${row}`);
  }
  return survey;
}

/** The summary at the end, for a person. */
export function formatReport(outcome: Outcome): string {
  const { request, survey, seconds, webhook, folder } = outcome;
  const { counts, bytes } = request;
  const entries: [label: string, ...lines: string[]][] = [
    ['Request', request.request_id, `${request.status}: ${request.details}`],
    ['Time', `${seconds.toFixed(1)} s`],
    ['Bytes', savings(bytes.in, bytes.out)],
    ['Failed', ...(counts.failed === 0 ? ['nothing'] : failureLines(survey))],
  ];
  if (survey.retried > 0) {
    const images = survey.retried === 1 ? '1 image' : `${survey.retried} images`;
    entries.push(['Retried', `${images} succeeded after a failure that passed`]);
  }
  entries.push(['Result CSV', outcome.resultFile]);
  if (outcome.failedFile !== null) {
    entries.push(['Failed rows', outcome.failedFile, 'to correct and upload again']);
  }
  entries.push(
    ['Pictures', outcome.imagesFolder],
    ['Webhook', `received as ${webhook.id}, signature ${signature(webhook)}`, webhook.body],
    ['Web UI', outcome.webUi, outcome.keep ? 'until Ctrl-C' : KEEP_HINT],
    ['Clean up', `rm -r ${folder}`],
  );
  return entries.map(formatEntry).join('');
}

const KEEP_HINT = 'while the servers run: `npm run demo -- --keep` leaves them up until Ctrl-C';

const LABEL_WIDTH = 13;

function formatEntry([label, ...lines]: readonly [string, ...string[]]): string {
  const indented = lines.join(`\n${' '.repeat(LABEL_WIDTH)}`);
  return `${label.padEnd(LABEL_WIDTH)}${indented}\n`;
}

function failureLines({ failures }: Survey): string[] {
  return [...failures].flatMap(([code, { count, message, places }]) => {
    const more = count > places.length ? [`  … and ${count - places.length} more`] : [];
    return [`${count} × ${code}: ${message}`, ...places.map((place) => `  ${place}`), ...more];
  });
}

function signature({ fault }: ReceivedWebhook): string {
  return fault === null ? 'verified' : `not verified: ${fault}`;
}

function savings(before: number, after: number): string {
  const sizes = `${megabytes(before)} in, ${megabytes(after)} out`;
  return before === 0 ? sizes : `${sizes}: ${Math.round(100 * (1 - after / before))} % saved`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
