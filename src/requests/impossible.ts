import { Refusal } from '../errors';

/** Whether the request does not exist, or its state does not allow the operation. */
export function isImpossible(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'conflict' || error.code === 'not_found');
}
