export interface BucketLink {
  readonly bucket: string;
  /** The key, not decoded: it may contain `%`, `?` and `#`. */
  readonly object: string;
}

export function isBucketLink(link: string): boolean {
  return /^s3:\/\//i.test(link);
}

/**
 * Parses `s3://bucket/key` as `aws s3 cp` does: the key is the text after the bucket.
 *
 * @returns `null` when the bucket or the key is empty
 */
export function parseBucketLink(link: string): BucketLink | null {
  const [, bucket, object] = /^s3:\/\/([^/]+)\/(.+)$/is.exec(link) ?? [];
  return bucket === undefined || object === undefined ? null : { bucket, object };
}
