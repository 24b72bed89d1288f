import type { ImageResource } from '../../../contract/http/images';
import type { RequestResource } from '../../../contract/http/requests';
import type { ReceivedWebhook } from './receiver';

/** The fields of an image that the report shows. */
export type ReportedImage = Pick<
  ImageResource,
  'row' | 'source_url' | 'status' | 'attempts' | 'error'
>;
type ReportedRequest = Pick<
  RequestResource,
  'request_id' | 'status' | 'details' | 'counts' | 'bytes'
>;

/** The failures with one error code. */
export interface Reason {
  /** The message of the first failure. */
  readonly message: string;
  count: number;
  /** The links, or rows, of the first few failures. */
  readonly examples: string[];
}

export interface Survey {
  /** By error code. */
  readonly failures: Map<string, Reason>;
  /** The number of images that succeeded at a later attempt than the first. */
  retried: number;
}

export interface Outcome {
  readonly request: ReportedRequest;
  readonly survey: Survey;
  readonly seconds: number;
  readonly webhook: ReceivedWebhook;
  /** The URL of the request on the page. */
  readonly page: string;
  /** The URL of the run in Temporal's Web UI. */
  readonly webUi: string;
  /** Whether the servers keep running. */
  readonly keep: boolean;
  readonly folder: string;
  readonly resultFile: string;
  /** `null`: nothing failed. */
  readonly failedFile: string | null;
  /** Where the images are, in one or more lines. */
  readonly pictures: readonly [string, ...string[]];
}

const EXAMPLES_SHOWN = 3;

/** Summarizes the failures of all images of a request, in memory that does not grow with their number. */
export async function surveyImages(images: AsyncIterable<ReportedImage>): Promise<Survey> {
  const survey: Survey = { failures: new Map(), retried: 0 };
  for await (const { row, source_url, status, attempts, error } of images) {
    if (status === 'succeeded' && attempts > 1) survey.retried += 1;
    if (status !== 'failed' || error === null) continue;
    const known = survey.failures.get(error.code);
    const reason = known ?? { message: error.message, count: 0, examples: [] };
    survey.failures.set(error.code, reason);
    reason.count += 1;
    if (reason.examples.length < EXAMPLES_SHOWN) reason.examples.push(source_url ?? `row ${row}`);
  }
  return survey;
}

/** Formats the report that the demo ends with. */
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
    entries.push(['Retried', `${images} succeeded at a later attempt`]);
  }
  entries.push(['Result CSV', outcome.resultFile]);
  if (outcome.failedFile !== null) {
    entries.push(['Failed rows', outcome.failedFile, 'to correct and upload again']);
  }
  entries.push(
    ['Pictures', ...outcome.pictures],
    ['Webhook', `received as ${webhook.id}, signature ${signature(webhook)}`, webhook.body],
    ['Page', outcome.page],
    ['Web UI', outcome.webUi, outcome.keep ? 'both until Ctrl-C' : KEEP_HINT],
    ['Clean up', `rm -r ${folder}`],
  );
  return entries.map(formatEntry).join('');
}

const KEEP_HINT =
  'both while the servers run: `npm run demo -- --keep` leaves them up until Ctrl-C';

const LABEL_WIDTH = 13;

function formatEntry([label, ...lines]: readonly [string, ...string[]]): string {
  const indented = lines.join(`\n${' '.repeat(LABEL_WIDTH)}`);
  return `${label.padEnd(LABEL_WIDTH)}${indented}\n`;
}

function failureLines({ failures }: Survey): string[] {
  return [...failures].flatMap(([code, { count, message, examples }]) => {
    const more = count > examples.length ? [`  … and ${count - examples.length} more`] : [];
    return [`${count} × ${code}: ${message}`, ...examples.map((one) => `  ${one}`), ...more];
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
