import { parseArgs } from 'node:util';
import type { UploadFields } from '../../contract/http/uploads';
import { isId } from '../id';
import { UsageError } from './exit';

export const COMMANDS = ['upload', 'status', 'retry', 'cancel'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Fields of the upload, as options: `max_width` is `--max-width`. `satisfies` names one that is missing. */
const FIELDS = {
  webhook_url: 'string',
  quality: 'string',
  format: 'string',
  effort: 'string',
  max_width: 'string',
  max_height: 'string',
  strict: 'boolean',
  link_columns: 'string',
  base_url: 'string',
  encoding: 'string',
  output: 'string',
} as const satisfies Record<keyof UploadFields, 'string' | 'boolean'>;

const optionOf = (field: string) => field.replaceAll('_', '-');

const OPTIONS = {
  url: { type: 'string' },
  key: { type: 'string' },
  watch: { type: 'boolean' },
  out: { type: 'string' },
  failed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  'idempotency-key': { type: 'string' },
} as const;

const UPLOAD_ONLY = ['idempotency-key', ...Object.keys(FIELDS).map(optionOf)];
const WATCHERS: readonly CommandName[] = ['upload', 'status', 'retry'];

export const HELP = `Upload a CSV of image links to an image processor, and get the result.

Usage: image-processor upload FILE.csv [options]
       image-processor status ID [options]     where a request stands
       image-processor retry ID [options]      run the images that failed again
       image-processor cancel ID [options]     stop a request; what is done stays done

Options of all commands:
  --url URL                the service; default: $IMAGE_PROCESSOR_URL, else http://127.0.0.1:8000
  --key KEY                its API key; default: $IMAGE_PROCESSOR_KEY (other users of this machine
                           can see an argument, and not a variable)
  --json                   print the request as one JSON document on standard output
  -h, --help               print this

Options of upload, status and retry:
  --watch                  wait until the request is finished, and show its progress
  --out FILE               save the result CSV; implies --watch
  --failed FILE            save the rows that failed, with their errors, to correct and upload again;
                           implies --watch. Removed when none failed

Options of upload:
  --quality N              1 to 100; default 50
  --format FORMAT          keep (default), jpeg, png, webp or avif
  --effort EFFORT          fast, balanced (default) or small: CPU time for bytes
  --max-width PIXELS       images are made smaller, never larger
  --max-height PIXELS
  --output OUTPUT          append (default): the result has one more column with the output links;
                           replace: they stand in place of the input's
  --link-columns NAMES     columns that hold links, as one CSV record: 'Main Image,"Images, other"';
                           default: found by their names
  --base-url URL           what relative links (/m/u/mug.jpg) are appended to
  --encoding LABEL         encoding of the file, such as windows-1252; default: auto
  --strict                 refuse the file if any row is bad
  --webhook-url URL        receives the outcome
  --idempotency-key KEY    uploading the same file under the same key again gives the same request

Standard output has the id of the request, or the document of --json, and nothing else, so that
ID=$(image-processor upload FILE.csv) works; progress and messages are on standard error.

Exit codes:
  0  done; without --watch: accepted; of a finished request: every image succeeded
  1  some images failed, or were cancelled
  2  wrong usage, or a file that cannot be read or written
  3  no such request
  4  refused: the file, a field or the key, or not possible in this state; the message says why
  5  the service cannot be reached, or is not available
  130  Ctrl-C; a request goes on, and how to come back is printed

Example:
  image-processor upload products.csv --format webp --watch --out result.csv --failed failed.csv
`;

export interface CommandLine {
  readonly command: CommandName;
  /** The file of an upload, or the id of a request. */
  readonly target: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly isWatching: boolean;
  readonly out: string | undefined;
  readonly failed: string | undefined;
  readonly json: boolean;
  readonly idempotencyKey: string | undefined;
  readonly fields: UploadFields;
}

/** @throws UsageError */
export function readCommandLine(
  line: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine | 'help' {
  const { values, positionals } = parsed(line);
  if (values.help === true || (line.length === 1 && line[0] === 'help')) return 'help';
  const [name, target, ...more] = positionals;
  const command = COMMANDS.find((one) => one === name);
  if (command === undefined) {
    throw new UsageError(`Expected one of ${COMMANDS.join(', ')}, received ${name ?? 'none'}`);
  }
  const wanted = command === 'upload' ? 'FILE.csv' : 'ID';
  if (target === undefined || target === '') throw new UsageError(`Expected ${command} ${wanted}`);
  if (wanted === 'ID' && !isId(target)) {
    throw new UsageError(`Expected ${command} ${wanted}, received "${target}"`);
  }
  if (more.length > 0)
    throw new UsageError(`Expected one ${wanted}, received also ${more.join(' ')}`);
  requireMeaning(command, Object.keys(values));
  const { out, failed } = values;
  return {
    command,
    target,
    url: urlOf(values.url ?? given(env['IMAGE_PROCESSOR_URL']) ?? 'http://127.0.0.1:8000'),
    key: values.key ?? given(env['IMAGE_PROCESSOR_KEY']),
    isWatching: values.watch === true || out !== undefined || failed !== undefined,
    out,
    failed,
    json: values.json === true,
    idempotencyKey: values['idempotency-key'],
    fields: fieldsOf(values),
  };
}

/** An empty variable counts as not set: scripts and compose files pass on variables that are missing elsewhere. */
function given(variable: string | undefined): string | undefined {
  return variable === '' ? undefined : variable;
}

/** Returns the command line that watches a request as the given one does. */
export function lineBackTo(
  id: string,
  { url, isWatching, out, failed, json }: CommandLine,
): string {
  return [
    ...['image-processor', 'status', id, ...(isWatching ? ['--watch'] : []), '--url', url],
    ...(out === undefined ? [] : ['--out', out]),
    ...(failed === undefined ? [] : ['--failed', failed]),
    ...(json ? ['--json'] : []),
  ]
    .map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

function parsed(line: readonly string[]) {
  const fields = Object.fromEntries(
    Object.entries(FIELDS).map(([field, type]) => [optionOf(field), { type }]),
  );
  try {
    return parseArgs({
      args: [...line],
      options: { ...fields, ...OPTIONS },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function requireMeaning(command: CommandName, given: readonly string[]): void {
  const withoutMeaning = given.find(
    (option) =>
      (command !== 'upload' && UPLOAD_ONLY.includes(option)) ||
      (!WATCHERS.includes(command) && ['watch', 'out', 'failed'].includes(option)),
  );
  if (withoutMeaning !== undefined) {
    throw new UsageError(`Expected an option of ${command}, received --${withoutMeaning}`);
  }
}

function urlOf(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`Expected the http or https URL of the service, received "${text}"`);
}

/** The service checks the values: it names those that it accepts. */
function fieldsOf(values: Readonly<Record<string, string | boolean | undefined>>): UploadFields {
  const given = Object.keys(FIELDS).flatMap((field) => {
    const value = values[optionOf(field)];
    return value === undefined ? [] : [[field, String(value)]];
  });
  return Object.fromEntries(given) as UploadFields;
}
