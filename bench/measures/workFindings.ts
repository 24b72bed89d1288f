import { ROLES, type Role } from '../cpu';
import { IMG2DATASET } from '../img2dataset';
import { figure, notMeasured } from '../limits';
import type { Findings, Plot, Table } from '../measure';
import { barPlot } from '../barPlot';
import { compare, medianOf, summaryOf } from '../samples';
import { shown } from '../table';

export type Contender =
  'balanced' | 'bareBalanced' | 'fast' | 'bareFast' | 'img2dataset' | 'otherMongodb';

/** The roles of the service, or a reference with all its processes. */
type Part = Role | 'itself';

export interface Run {
  readonly seconds: number;
  /** CPU seconds. */
  readonly cpu: Readonly<Partial<Record<Part, number>>>;
}

interface Work {
  readonly images: number;
  /** In rounds; a contender that could not run has none. */
  readonly runs: Readonly<Record<Contender, readonly Run[]>>;
  readonly cores: number;
  /** Why img2dataset could not run. */
  readonly noImg2dataset: string;
}

export function findingsOf(work: Work): Findings {
  const { runs, images, cores, noImg2dataset } = work;
  const { balanced, bareBalanced, fast, bareFast, img2dataset } = runs;
  const speeds = (own: readonly Run[]) => own.map(({ seconds }) => images / seconds);
  const cpus = (own: readonly Run[]) => own.map((run) => (1000 * ownCpu(run)) / images);
  const withoutMongodb = balanced.map(
    ({ seconds, cpu }) => images / (seconds - (cpu.MongoDB ?? 0) / cores),
  );
  const cpuBalanced = compare(cpus(balanced), cpus(bareBalanced), 'ms');
  const cpuFast = compare(cpus(fast), cpus(bareFast), 'ms');
  const throughput = compare(speeds(balanced), speeds(bareBalanced), '/s');
  const net = compare(withoutMongodb, speeds(bareBalanced), '/s');
  const overImg2dataset = compare(speeds(fast), speeds(img2dataset), '/s');
  return {
    figures: [
      figure('cpuBalanced', cpuBalanced.ratio, cpuBalanced.detail),
      figure('cpuFast', cpuFast.ratio, cpuFast.detail),
      figure('throughput', throughput.ratio, throughput.detail),
      figure('throughputWithoutMongodb', net.ratio, net.detail),
      img2dataset.length > 0
        ? figure('img2dataset', overImg2dataset.ratio, overImg2dataset.detail)
        : notMeasured('img2dataset', `not installed: ${noImg2dataset}`),
    ],
    tables: tablesOf(work),
    plots: plotsOf(work),
  };
}

function tablesOf(work: Work): Table[] {
  const contenders = contendersOf(work);
  const { images } = work;
  return [
    {
      title: 'Speed, median (range of the rounds)',
      header: ['', 'Images a second', 'CPU per image'],
      rows: contenders.map(({ name, runs }) => [
        name,
        summaryOf(
          runs.map(({ seconds }) => images / seconds),
          '/s',
        ),
        summaryOf(
          runs.map(({ cpu }) => (1000 * sumOf(Object.values(cpu))) / images),
          'ms',
        ),
      ]),
    },
    {
      title: 'CPU per image by process, in ms (medians)',
      header: ['', ...ROLES],
      rows: contenders
        .filter(({ isReference }) => !isReference)
        .map(({ name, runs }) => [
          name,
          ...ROLES.map((role) => shown(millisecondsOf(runs, role, images))),
        ]),
    },
  ];
}

function plotsOf(work: Work): Plot[] {
  const contenders = contendersOf(work);
  const { images } = work;
  const speed = `Images a second, request of ${images.toLocaleString('en-US')} photos`;
  const cpu = 'CPU per image by process';
  return [
    {
      file: 'throughput',
      title: speed,
      svg: barPlot({
        title: speed,
        unit: '/s',
        parts: ['images a second'],
        bars: contenders.map(({ name, runs, isReference }) => ({
          label: name,
          values: [medianOf(runs.map(({ seconds }) => images / seconds))],
          isReference,
        })),
      }),
    },
    {
      file: 'cpu',
      title: cpu,
      svg: barPlot({
        title: cpu,
        unit: 'ms',
        parts: ROLES,
        bars: contenders.map(({ name, runs, isReference }) => ({
          label: name,
          values: (isReference ? (['itself'] as const) : ROLES).map((part) =>
            millisecondsOf(runs, part, images),
          ),
          isReference,
        })),
      }),
    },
  ];
}

/** Those that ran, in the order in which they are shown. */
function contendersOf({ runs }: Work) {
  const names: Readonly<Record<Contender, string>> = {
    bareBalanced: 'bare loop, balanced',
    balanced: 'image-processor, balanced',
    bareFast: 'bare loop, fast',
    fast: 'image-processor, fast',
    img2dataset: IMG2DATASET,
    otherMongodb: 'balanced, on the other MongoDB',
  };
  return (Object.keys(names) as Contender[]).flatMap((contender) => {
    const own = runs[contender];
    if (own.length === 0) return [];
    const isReference = own.some(({ cpu }) => cpu.itself !== undefined);
    return [{ name: names[contender], runs: own, isReference }];
  });
}

function millisecondsOf(runs: readonly Run[], part: Part, images: number): number {
  return (1000 * medianOf(runs.map(({ cpu }) => cpu[part] ?? 0))) / images;
}

/** CPU seconds without those of MongoDB. */
function ownCpu({ cpu }: Run): number {
  return sumOf(Object.values(cpu)) - (cpu.MongoDB ?? 0);
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
