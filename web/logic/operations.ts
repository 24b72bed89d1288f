/** What is used of the browser's storage. */
interface Store {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/** More are not shown at once. */
const MOST = 5;
const ID = /^[0-9a-f-]{36}$/;

/** Reads the ids of the bulk operations that the page shows, newest first. */
export function readOperations(store: Store, name: string): readonly string[] {
  return (store.getItem(name) ?? '').split(' ').filter((id) => ID.test(id));
}

/** Keeps them, so that they are shown again when the page is opened again. @returns the ids that are kept */
export function keepOperations(
  store: Store,
  name: string,
  ids: readonly string[],
): readonly string[] {
  const kept = ids.slice(0, MOST);
  store.setItem(name, kept.join(' '));
  return kept;
}
