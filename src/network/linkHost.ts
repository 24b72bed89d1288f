import { parseBucketLink } from './bucketLink';
import { isDataLink } from './dataLink';
import { parseSheetLink } from './sheetLink';

/**
 * Returns the host of a link as it is written in a cell, with a port that is not the default one; of an object in a
 * bucket `s3://` and the bucket; `null` for a link without a host.
 */
export function linkHostOf(link: string): string | null {
  if (isDataLink(link)) return null;
  const bucket = parseBucketLink(link)?.bucket;
  return bucket === undefined ? (parseSheetLink(link)?.host ?? null) : `s3://${bucket}`;
}
