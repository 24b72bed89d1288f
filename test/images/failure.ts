import { ImageError } from '../../src/errors';

/** The ImageError that the work ends in; anything else fails the test. */
export async function failure(work: Promise<unknown>): Promise<ImageError> {
  const outcome = await work.then(
    () => new Error('Expected an ImageError, but it succeeded'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof ImageError) return outcome;
  throw outcome;
}
