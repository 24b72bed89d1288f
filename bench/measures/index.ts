import type { Measure } from '../measure';
import { cost } from './cost';
import { encoding } from './encoding';
import { page } from './page';
import { polling } from './polling';
import { reading } from './reading';
import { scale } from './scale';
import { small } from './small';
import { storage } from './storage';
import { uploads } from './upload';
import { work } from './work';
import { workers } from './workers';

/** Those of the document, in its order. */
export const DOCUMENTED = {
  work,
  upload: uploads,
  small,
  polling,
  scale,
  workers,
  encoding,
} as const satisfies Readonly<Record<string, Measure>>;

/** Those that run only when they are named: for work on one part. */
export const FURTHER = { storage, reading, cost, page } as const satisfies Readonly<
  Record<string, Measure>
>;

export const MEASURES: Readonly<Record<string, Measure>> = { ...DOCUMENTED, ...FURTHER };
