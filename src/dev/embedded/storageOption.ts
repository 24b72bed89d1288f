/** The option `--storage`, for `parseArgs`. */
export const STORAGE_OPTION = { storage: { type: 'string' } } as const;

/**
 * Whether `--storage` asks for object storage.
 *
 * @throws Error for a value other than `s3`
 */
export function wantsObjectStorage(value: string | undefined): boolean {
  if (value === undefined || value === 's3') return value === 's3';
  throw new Error(
    `Expected --storage s3, or no --storage to keep files on disk, received ${value}`,
  );
}
