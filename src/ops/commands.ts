import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config';
import { REQUEST_STATUSES, type RequestStatus } from '../../contract/statuses';
import type { Operations } from '../requests/operations';
import { cancel } from './cancel';
import { withServers, withRecordsOnly, withTemporal } from './connect';
import { EXIT, exitCodeOf, sentenceOf, UsageError, type ExitCode } from './exit';
import { list } from './list';
import { parseTime } from './parseTime';
import { redeliver } from './redeliver';
import { remove } from './remove';
import { replay } from './replay';
import { retry } from './retry';
import { retryFailed } from './retryFailed';
import { show } from './show';
import { stop } from './stop';
import type { Terminal } from './terminal';

export interface CommandContext {
  /** Read only when a command needs it, so that help works with an invalid environment. */
  readonly config: () => Config;
  readonly terminal: Omit<Terminal, 'json'>;
  readonly workflowBundle: string;
}

const EXIT_CODES = `
Exit codes:
  0  done; with --watch: the request completed
  1  failed, or a server did not answer; with --watch: not every image succeeded
  2  wrong usage
  3  no such request, run or operation
  4  conflict: it is still running, already finished, or has nothing to retry
  5  replay: this code is not deterministic for that run
  130  Ctrl-C while watching; the work continues
  141  the reader of the output closed it, as | head does
`;

const MAX_LISTED = 1_000;

/** Runs one command line. Never rejects. @returns the exit code */
export async function runCommandLine(
  line: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal } = context;
  let code: ExitCode = EXIT.done;
  const program = programOf(context, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(line, { from: 'user' });
    return code;
  } catch (error) {
    // Commander throws after it has printed help, which is no error, or a usage error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    terminal.err.write(`${sentenceOf(error)}\n`);
    return exitCodeOf(error);
  }
}

function programOf(
  { config, terminal: plain, workflowBundle }: CommandContext,
  exit: (code: ExitCode) => void,
): Command {
  const program = new Command('npm run ops --')
    .description('Look at requests, retry, cancel, redeliver, delete and replay them')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help lists commands and exit codes)')
    .configureOutput({
      writeOut: (text) => plain.out.write(text),
      writeErr: (text) => plain.err.write(text),
    })
    .exitOverride();

  const command = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'print one JSON document, for scripts', false);
  const terminalFor = ({ json }: { json: boolean }): Terminal => ({ ...plain, json });
  const change = async (work: (operations: Operations) => Promise<ExitCode>) => {
    exit(await withServers(config(), work));
  };
  const inspect = async (work: (operations: Operations) => Promise<ExitCode>) => {
    exit(await withRecordsOnly(config(), work));
  };

  command('list', 'requests, newest first')
    .addOption(new Option('--status <status>', 'only this status').choices(REQUEST_STATUSES))
    .option('--limit <number>', `how many to list, at most ${MAX_LISTED}`, parseLimit, 20)
    .action((options: { status?: RequestStatus; limit: number; json: boolean }) =>
      inspect((operations) =>
        list(operations, terminalFor(options), {
          status: options.status ?? null,
          limit: options.limit,
        }),
      ),
    );

  command('show <id>', 'one request and its first failures')
    .option('--watch', 'show progress until it is finished', false)
    .action((id: string, options: { watch: boolean; json: boolean }) =>
      inspect((operations) => show(operations, terminalFor(options), id, options.watch)),
    );

  interface RetryOptions {
    readonly failed: boolean;
    readonly since?: string;
    readonly until?: string;
    readonly watch: boolean;
    readonly json: boolean;
  }
  command('retry [id]', 'retry what failed, in one request or, with --failed, in all')
    .option('--failed', 'retry every request with failures', false)
    .option('--since <when>', 'with --failed: uploaded since then (1d, 12h, 2030-01-31)')
    .option('--until <when>', 'with --failed: uploaded before then')
    .option('--watch', 'show progress until the request is finished', false)
    .action(async (id: string | undefined, options: RetryOptions) => {
      const { failed, since, until, watch } = options;
      if (failed === (id !== undefined)) {
        throw new UsageError('Expected either the id of a request or --failed');
      }
      if (id !== undefined) {
        if ((since ?? until) !== undefined) {
          throw new UsageError('Expected --since and --until only together with --failed');
        }
        await change((operations) => retry(operations, terminalFor(options), id, watch));
        return;
      }
      const now = new Date();
      const span = {
        since: since === undefined ? null : parseTime('--since', since, now).toISOString(),
        until: until === undefined ? null : parseTime('--until', until, now).toISOString(),
      };
      exit(await withTemporal(config(), (runs) => retryFailed(runs, terminalFor(options), span)));
    });

  command('stop <operation>', 'stop a bulk retry; requests already retried continue').action(
    async (operation: string, options: { json: boolean }) => {
      exit(await withTemporal(config(), (runs) => stop(runs, terminalFor(options), operation)));
    },
  );

  command('cancel <id>', 'stop a request; finished images are kept').action(
    (id: string, options: { json: boolean }) =>
      change((operations) => cancel(operations, terminalFor(options), id)),
  );

  command('redeliver <id>', 'send the webhook of the outcome again').action(
    (id: string, options: { json: boolean }) =>
      change((operations) => redeliver(operations, terminalFor(options), id)),
  );

  command('delete <id>', 'delete a finished request with its rows, images and files')
    .option('--yes', 'do not ask for confirmation', false)
    .action((id: string, options: { yes: boolean; json: boolean }) =>
      change((operations) => remove(operations, terminalFor(options), id, options.yes)),
    );

  command('replay <id>', 'replay a run against this workflow code')
    .option('--run <run id>', 'the run to replay (default: the latest)')
    .action(async (id: string, options: { run?: string; json: boolean }) => {
      const which = { requestId: id, runId: options.run };
      exit(
        await withTemporal(config(), (runs) =>
          replay(runs, terminalFor(options), workflowBundle, which),
        ),
      );
    });

  return program;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LISTED) return limit;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_LISTED}.`);
}
