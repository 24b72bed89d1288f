import type { Log } from '../src/process/main';
import type { Figure } from './limits';

/** `quick` shows in a minute or two whether something changed a lot; only `whole` is worth to be written down. */
export type Size = 'whole' | 'quick';

export interface Given {
  readonly size: Size;
  /** Of a server that is compared with the embedded one. Its CPU time is not known. */
  readonly mongodbUri: string | null;
  readonly log: Log;
}

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Plot {
  /** The name of its file, without `.svg`. */
  readonly file: string;
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  readonly svg: string;
}

export interface Findings {
  readonly figures?: readonly Figure[];
  readonly tables?: readonly Table[];
  readonly plots?: readonly Plot[];
  /** What the reader has to know about this run. */
  readonly notes?: readonly string[];
}

export interface Measure {
  readonly title: string;
  /** How it is measured, for the document. */
  readonly about: string;
  run(given: Given): Promise<Findings>;
}
