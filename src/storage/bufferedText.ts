/** Rows are short and many, so they are written a megabyte at a time. */
const BUFFER_CHARACTERS = 2 ** 20;

/** Collects short texts and writes them as long ones. */
export interface BufferedText {
  write(text: string): Promise<void>;
  flush(): Promise<void>;
}

export function bufferText(writeThrough: (text: string) => Promise<void>): BufferedText {
  let buffered: string[] = [];
  let characters = 0;

  async function flush(): Promise<void> {
    const text = buffered.join('');
    buffered = [];
    characters = 0;
    await writeThrough(text);
  }

  return {
    flush,
    async write(text) {
      buffered.push(text);
      characters += text.length;
      if (characters >= BUFFER_CHARACTERS) await flush();
    },
  };
}
