import type { BulkAction } from '../../contract/actions';
import type { Operation } from '../../contract/http/operations';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { formatImages, formatNumber } from './format';

/** What is needed of a request to tell what an action does to it. */
type Target = Pick<RequestResource, 'status' | 'counts'> & {
  readonly webhook: Pick<NonNullable<RequestResource['webhook']>, 'state'> | null;
};

interface Words {
  /** The button that opens the dialog. */
  readonly label: string;
  /** Before a number of requests, as a question. */
  readonly title: string;
  /** The button in the dialog. */
  readonly confirm: string;
  readonly isDangerous: boolean;
  /** Behind a number of requests. */
  readonly planned: string;
  readonly running: string;
  readonly done: string;
  /** Why others are skipped. */
  readonly skipped: string;
  readonly consequence: string;
  readonly isPossible: (request: Target) => boolean;
}

/** A bulk action in words. What is possible is decided by the service; here it is foretold. */
export const BULK: Readonly<Record<BulkAction, Words>> = {
  retry: {
    label: 'Retry',
    title: 'Retry',
    confirm: 'Retry',
    isDangerous: false,
    planned: 'will be retried',
    running: 'being retried',
    done: 'retried',
    skipped: 'running, or without images that failed',
    consequence: 'Images that succeeded stay as they are.',
    isPossible: ({ status, counts }) =>
      isFinished(status) && (counts.failed > 0 || (status === 'cancelled' && counts.pending > 0)),
  },
  cancel: {
    label: 'Cancel requests',
    title: 'Cancel',
    confirm: 'Cancel requests',
    isDangerous: true,
    planned: 'will be cancelled',
    running: 'being cancelled',
    done: 'cancelled',
    skipped: 'finished already',
    consequence: 'What is done stays. The rest can be retried later.',
    isPossible: ({ status }) => !isFinished(status),
  },
  redeliver: {
    label: 'Send webhooks',
    title: 'Send webhooks again for',
    confirm: 'Send again',
    isDangerous: false,
    planned: 'will have the webhook sent again',
    running: 'having the webhook sent again',
    done: 'sent again',
    skipped: 'running, without a webhook, or still delivering it',
    consequence: 'Each outcome is sent with the same webhook-id as before.',
    isPossible: ({ status, webhook }) =>
      isFinished(status) && (webhook?.state === 'delivered' || webhook?.state === 'failed'),
  },
  delete: {
    label: 'Delete',
    title: 'Delete',
    confirm: 'Delete requests',
    isDangerous: true,
    planned: 'will be deleted',
    running: 'being deleted',
    done: 'deleted',
    skipped: 'still running, or gone',
    consequence: 'Result CSVs and compressed images go with them. This cannot be undone.',
    isPossible: ({ status }) => isFinished(status),
  },
};

/** What an action will do, as far as the page knows. */
export interface Plan {
  readonly possible: number;
  readonly skipped: number;
  /** How many images it is about. */
  readonly images: number;
}

export function planOf(action: BulkAction, requests: readonly Target[]): Plan {
  const possible = requests.filter(BULK[action].isPossible);
  const images = possible.reduce((sum, { counts }) => sum + imagesOf(action, counts), 0);
  return { possible: possible.length, skipped: requests.length - possible.length, images };
}

function imagesOf(action: BulkAction, counts: Target['counts']): number {
  switch (action) {
    case 'retry':
      return counts.failed + counts.pending;
    case 'cancel':
      return counts.pending;
    case 'delete':
      return counts.succeeded;
    case 'redeliver':
      return 0;
  }
}

const IMAGES: Readonly<Record<BulkAction, string>> = {
  retry: 'to download again',
  cancel: 'not to be processed',
  delete: 'to delete',
  redeliver: '',
};

export function formatRequests(count: number, locale?: string): string {
  return `${formatNumber(count, locale)} ${count === 1 ? 'request' : 'requests'}`;
}

/** Says what will happen. */
export function describePlan(action: BulkAction, plan: Plan, locale?: string): string {
  const { possible, skipped, images } = plan;
  const { planned, skipped: why, consequence } = BULK[action];
  const others = skipped === 0 ? '' : ` ${formatNumber(skipped, locale)} skipped: ${why}.`;
  if (possible === 0) return `Nothing to do.${others}`;
  const work = images === 0 ? '' : ` (${formatImages(images, locale)} ${IMAGES[action]})`;
  return `${formatRequests(possible, locale)} ${planned}${work}.${others} ${consequence}`;
}

/** Says how far an operation is, or what it did. */
export function describeOperation(operation: Operation, locale?: string): string {
  const { action, status, matched, done, skipped, failed } = operation;
  const words = BULK[action];
  const parts = [
    `${formatNumber(done, locale)} ${words.done}`,
    ...(skipped === 0 ? [] : [`${formatNumber(skipped, locale)} skipped (${words.skipped})`]),
    ...(failed === 0 ? [] : [`${formatNumber(failed, locale)} failed`]),
  ].join(', ');
  const all = formatRequests(matched, locale);
  switch (status) {
    case 'running':
      return `${all} ${words.running}: ${parts}.`;
    case 'completed':
      return `Done with ${all}: ${parts}.`;
    case 'stopped':
      return `Stopped. Of ${all}: ${parts}.`;
    case 'failed':
      return `Ended early by an operator. Of ${all}: ${parts}.`;
  }
}
