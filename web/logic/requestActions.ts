import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';

/** What the state of a request allows. */

type State = Pick<RequestResource, 'status' | 'counts' | 'webhook'>;

export function canCancel({ status }: State): boolean {
  return !isFinished(status);
}

/** @param withoutLink failures without a link that could be downloaded, as far as they are known */
export function canRetry({ status, counts }: State, withoutLink = 0): boolean {
  return isFinished(status) && imagesToRetry({ status, counts }, withoutLink) > 0;
}

/** A retry of a cancelled request also processes what was not. */
export function imagesToRetry(
  { status, counts }: Omit<State, 'webhook'>,
  withoutLink: number,
): number {
  return counts.failed - withoutLink + (status === 'cancelled' ? counts.pending : 0);
}

export function canRedeliver({ status, webhook }: State): boolean {
  return isFinished(status) && (webhook?.state === 'delivered' || webhook?.state === 'failed');
}

export function canDelete({ status }: State): boolean {
  return isFinished(status);
}

export interface OperatorCommand {
  readonly line: string;
  /** What it does, as a sentence. */
  readonly purpose: string;
}

const COMMANDS_SHOWN = 3;

/** The commands that an operator would use next, the most useful ones first. */
export function commandsFor(
  request: State & Pick<RequestResource, 'request_id'>,
): OperatorCommand[] {
  const of = (words: string, purpose: string, option = '') => ({
    line: `npm run ops -- ${words} ${request.request_id}${option}`,
    purpose,
  });
  const isRunning = canCancel(request);
  const candidates = [
    isRunning
      ? of('show', 'Shows it, and its progress until the end.', ' --watch')
      : of('show', 'Shows it and its first failures.'),
    isRunning && of('cancel', 'Stops it. What is done is kept.'),
    canRetry(request) && of('retry', 'Retries what failed, and shows the progress.', ' --watch'),
    request.webhook?.state === 'failed' && of('redeliver', 'Sends the webhook again.'),
    of('replay', 'Checks that its run can be replayed with the installed code.'),
    canDelete(request) && of('delete', 'Deletes it with its images, after a question.'),
  ];
  return candidates.filter((one) => one !== false).slice(0, COMMANDS_SHOWN);
}
