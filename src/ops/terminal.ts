import type { Output } from '../terminal/progress';

/** The output and input of a command. */
export interface Terminal {
  readonly out: Output;
  /** For progress and hints. */
  readonly err: Output;
  /** Print one JSON document on `out` and nothing else there. */
  readonly json: boolean;
  /** From this call on, Ctrl-C resolves the promise instead of ending the command. */
  interrupted(): Promise<unknown>;
  /** Asks the user a question. @returns the answer; `null` without a terminal */
  ask(question: string): Promise<string | null>;
}

/** Prints the result: the document as JSON with `--json`, otherwise the text. */
export function print({ out, json }: Terminal, document: object, text: () => string): void {
  out.write(json ? `${JSON.stringify(document, null, 2)}\n` : text());
}
