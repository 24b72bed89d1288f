import { setPriority } from 'node:os';
import { Refusal, type Fault, type RefusalCode } from '../errors';
import { validateSheet, type ValidatedSheet } from './validateSheet';

/** What crosses between threads: an error would lose its class and fields. */
export type ThreadAnswer =
  | { readonly validated: ValidatedSheet }
  | {
      readonly refusal: {
        readonly code: RefusalCode;
        readonly message: string;
        readonly faults: readonly Fault[];
      };
    };

/** Below the event loop, which answers all other calls: on Linux a thread has a niceness of its own (setpriority(2)). */
if (process.platform === 'linux') setPriority(19);

/** The entry point of a thread of `createSheetThreads`. */
export default async function validateInThread(
  call: Parameters<typeof validateSheet>,
): Promise<ThreadAnswer> {
  try {
    return { validated: await validateSheet(...call) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, faults } = error;
    return { refusal: { code, message, faults } };
  }
}
