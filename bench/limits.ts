import type { Line } from './table';

interface Limit extends Omit<Line, 'value'> {
  /** The name of the measure that has it. */
  readonly of: string;
}

/** What the product promises about its speed. A figure that misses its limit stays in the table. */
const LIMITS = {
  cpuBalanced: {
    of: 'work',
    name: 'CPU per image over the bare loop, `balanced`',
    unit: '×',
    most: 1.12,
  },
  cpuFast: { of: 'work', name: 'CPU per image over the bare loop, `fast`', unit: '×', most: 1.2 },
  throughput: { of: 'work', name: 'Images a second over the bare loop', unit: '×', least: 0.78 },
  throughputWithoutMongodb: {
    of: 'work',
    name: 'Images a second over the bare loop, without the time of MongoDB',
    unit: '×',
    least: 0.85,
  },
  img2dataset: {
    of: 'work',
    name: 'Images a second over img2dataset, `fast`',
    unit: '×',
    least: 1.2,
  },
  answer100k: {
    of: 'upload',
    name: 'Answer to 100,000 rows over a bare reading',
    unit: '×',
    most: 3,
  },
  answer300k: {
    of: 'upload',
    name: 'Answer to 300,000 rows over a bare reading',
    unit: '×',
    most: 3,
  },
  answer1m: {
    of: 'upload',
    name: 'Answer to 1,000,000 rows over a bare reading',
    unit: '×',
    most: 3,
  },
  apiGrowth: {
    of: 'upload',
    name: "Growth of the API's memory by an upload",
    unit: 'MiB',
    most: 64,
  },
  workerGrowth: {
    of: 'upload',
    name: "Growth of a worker's memory by an upload",
    unit: 'MiB',
    most: 128,
  },
  firstImage: {
    of: 'upload',
    name: 'From the answer to an upload to its first image',
    unit: 's',
    most: 5,
  },
  small: { of: 'small', name: '3 images, from upload to webhook', unit: 'ms', most: 250 },
  pollsRunning: {
    of: 'polling',
    name: 'Polls of a running request over bare Koa',
    unit: '×',
    least: 0.35,
  },
  pollsFinished: {
    of: 'polling',
    name: 'Polls of a finished request over bare Koa',
    unit: '×',
    least: 0.35,
  },
  polled: {
    of: 'polling',
    name: 'Images a second beside 200 polls a second',
    unit: '×',
    least: 0.95,
  },
  scaleTime: {
    of: 'scale',
    name: 'Time per image of 100,000 over that of 10,000',
    unit: '×',
    most: 1.1,
  },
  scaleMemory: {
    of: 'scale',
    name: "Worker's memory after 100,000 images over that after 10,000",
    unit: '×',
    most: 1.1,
  },
  scaleEvents: {
    of: 'scale',
    name: 'Events of the longest history of 100,000 images',
    unit: 'events',
    most: 4095,
  },
  workers: { of: 'workers', name: 'Speed of four workers over one', unit: '×', least: 3.6 },
  pageScript: { of: 'page', name: "JavaScript of the page's first view", unit: 'kB', most: 60 },
  pageUsable: {
    of: 'page',
    name: "From the navigation to the page's file input, on a phone",
    unit: 'ms',
    most: 1_000,
  },
  fairness: { of: 'workers', name: 'Slowest of 500 requests over the median', unit: '×', most: 3 },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;

/** A line of the table of limits. */
export interface Figure extends Line {
  /** What the value was computed from, or why it could not be measured. */
  readonly detail: string;
}

export function figure(name: LimitName, value: number, detail: string): Figure {
  return { ...LIMITS[name], value, detail };
}

export function notMeasured(name: LimitName, why: string): Figure {
  return figure(name, Number.NaN, why);
}

/** Returns the limits of a measure. */
export function limitsOf(measure: string): LimitName[] {
  return (Object.keys(LIMITS) as LimitName[]).filter((name) => LIMITS[name].of === measure);
}
