/** Where idempotency keys are kept; the browser's session storage. */
interface Store {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

interface Chosen {
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
}

/** Identifies an upload: the same file with the same options. */
export function uploadName(file: Chosen, fields: object): string {
  return `upload ${JSON.stringify([file.name, file.size, file.lastModified, fields])}`;
}

/**
 * Returns the idempotency key of an upload. It is kept until `forgetKey`, also when the page is loaded again: an
 * upload that broke off and is sent again is one request.
 */
export function keyOf(store: Store, upload: string, create: () => string): string {
  const kept = store.getItem(upload);
  if (kept !== null) return kept;
  const key = create();
  store.setItem(upload, key);
  return key;
}

/** Drops the key after the upload was accepted: uploading the same file again later is a new request. */
export function forgetKey(store: Store, upload: string): void {
  store.removeItem(upload);
}
