import { ImageError } from '../../src/errors';

/** Returns the ImageError of the work; any other result fails the test. */
export async function failure(work: Promise<unknown>): Promise<ImageError> {
  const outcome = await work.then(
    () => new Error('Expected an ImageError, but it succeeded'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof ImageError) return outcome;
  throw outcome;
}
