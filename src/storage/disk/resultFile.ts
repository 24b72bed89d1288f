import { bufferText } from '../bufferedText';
import type { ResultFile } from '../fileStore';
import { startDraft, syncName } from './draft';

export async function createResultFile(file: string): Promise<ResultFile> {
  const draft = await startDraft(file);
  const { write, flush } = bufferText((text) => draft.handle.appendFile(text));

  return {
    write,
    async commit() {
      await flush();
      await draft.commit();
      await syncName(file);
    },
    discard: draft.discard,
  };
}
