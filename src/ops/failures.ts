import type { ImageResource } from '../../contract/http/images';
import type { Operations } from '../requests/operations';

/** Returns the first failed images and bad rows of a request, in the order of its rows. */
export async function failuresOf(
  operations: Pick<Operations, 'images'>,
  requestId: string,
  limit: number,
): Promise<ImageResource[]> {
  const failures: ImageResource[] = [];
  let cursor: string | undefined;
  do {
    const rest = { status: 'failed' as const, limit: limit - failures.length, cursor };
    const { images, next_cursor } = await operations.images(requestId, rest);
    failures.push(...images);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined && failures.length < limit);
  return failures;
}
