import type { ResultFile } from '../fileStore';
import { startDraft } from './draft';

/** Records are short and many: they are written a megabyte at a time. */
const BUFFER_CHARACTERS = 2 ** 20;

export async function createResultFile(file: string): Promise<ResultFile> {
  const draft = await startDraft(file);
  let buffered: string[] = [];
  let characters = 0;

  async function flush(): Promise<void> {
    const text = buffered.join('');
    buffered = [];
    characters = 0;
    await draft.handle.appendFile(text);
  }

  return {
    async write(text) {
      buffered.push(text);
      characters += text.length;
      if (characters >= BUFFER_CHARACTERS) await flush();
    },
    async commit() {
      await flush();
      await draft.commit();
    },
    discard: draft.discard,
  };
}
