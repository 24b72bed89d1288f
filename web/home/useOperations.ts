import { useState } from 'preact/hooks';
import { keepOperations, readOperations } from '../logic/operations';

/**
 * The bulk operations that were started here. They are kept until they are dismissed, also when the page is closed: an
 * operation goes on without it.
 */
export function useOperations() {
  // Services behind different prefixes of one host have one storage.
  const name = `operations ${new URL(document.baseURI).pathname}`;
  const [ids, setIds] = useState(() => readOperations(localStorage, name));
  const [started, setStarted] = useState<string | null>(null);
  const keep = (next: readonly string[]) => {
    setIds(keepOperations(localStorage, name, next));
  };
  return {
    ids,
    /** The last one that was started since the page was opened. */
    started,
    add: (id: string) => {
      setStarted(id);
      keep([id, ...ids]);
    },
    remove: (id: string) => {
      keep(ids.filter((one) => one !== id));
    },
  };
}
