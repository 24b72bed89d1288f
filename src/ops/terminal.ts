import type { Output } from '../terminal/progress';

/** Where a command prints, and how it hears from the person. */
export interface Terminal {
  readonly out: Output;
  /** Beside the result: progress, hints. */
  readonly err: Output;
  /** Print one JSON document on `out` and nothing else there. */
  readonly json: boolean;
  /** From now on Ctrl-C does not end the command: it resolves the promise. */
  interrupted(): Promise<unknown>;
  /** @returns the person's answer; `null` without a terminal */
  ask(question: string): Promise<string | null>;
}

/** The result: a document for programs, or text for people. */
export function print({ out, json }: Terminal, document: object, text: () => string): void {
  out.write(json ? `${JSON.stringify(document, null, 2)}\n` : text());
}
