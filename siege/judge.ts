import { medianOf } from '../bench/samples';
import type { processLimitsOf } from '../src/pipeline/compressors';
import type { Beside, Quiet } from './phases';
import { KINDS, type Kind } from './processes';
import { quantileOf, type Line } from '../bench/table';
import { VICTIM_IMAGES, type Round, type Victim } from './victim';

const HEALTH_MS = 250;
const MOST_BESIDE_PICTURES = 3;
/** Everything at once is as much work as the machine can do: what counts is that others get their turn. */
const MOST_BESIDE_SECONDS = 30;
const MOST_AFTER = 2;
const API_MIB = 400;
const DOWNLOAD_MIB = 1_024;
/** Fewer would mean that the attackers themselves do not work. */
const LEAST_CALLS = 1_000;

export interface Measured {
  readonly seconds: number;
  readonly before: Quiet;
  /** While the worst pictures were sent. */
  readonly besidePictures: Beside;
  /** While everything attacked at once. */
  readonly beside: Beside & { readonly left: number };
  readonly after: Quiet;
  readonly victim: Victim;
  readonly limits: ReturnType<typeof processLimitsOf>;
  /** How often API and worker were started again. */
  readonly restarts: number;
}

/** Puts all measurements into lines, those with a limit among those that are only reported. */
export function linesOf(measured: Measured): Line[] {
  const { seconds, beside, victim, restarts } = measured;
  const { report, processes } = beside;
  const faults = report.faults.length + victim.faults.length;
  return [
    ...healthLines(measured),
    ...victimLines(measured),
    ...memoryLines(measured),
    ...coreLines(measured),
    {
      name: 'hostile calls a minute',
      value: Math.round((report.calls * 60) / seconds),
      unit: 'calls',
      least: LEAST_CALLS,
    },
    {
      name: 'answers of 5xx, but 503 with Retry-After',
      value: faults,
      unit: 'answers',
      most: 0,
    },
    {
      name: 'restarts of API, worker and download process',
      value: restarts + processes('download').pids.size - 1,
      unit: 'restarts',
      most: 0,
      least: 0,
    },
    { name: "attackers' requests left after the clean-up", value: beside.left, unit: 'requests' },
  ];
}

function healthLines({ before, besidePictures, beside }: Measured): Line[] {
  const unit = 'ms';
  return [
    { name: '/health/live alone, slowest', value: Math.max(...before.healthMs), unit },
    {
      name: '/health/live beside the worst pictures, slowest',
      value: Math.max(...besidePictures.healthMs),
      unit,
      most: HEALTH_MS,
    },
    { name: '/health/live, p99', value: quantileOf(beside.healthMs, 0.99), unit },
    { name: '/health/live, slowest', value: Math.max(...beside.healthMs), unit, most: HEALTH_MS },
    { name: 'own timers late by at most', value: beside.ownDelayMs, unit },
  ];
}

function victimLines({ before, besidePictures, beside, after, victim }: Measured): Line[] {
  const finished = ({ rounds }: Quiet) =>
    medianOf(rounds.map(({ finishedMs }) => finishedMs)) / 1000;
  const uploaded = ({ rounds }: Quiet) => medianOf(rounds.map(({ uploadMs }) => uploadMs));
  const all: readonly Round[] = [before, besidePictures, beside, after].flatMap(
    ({ rounds }) => rounds,
  );
  const [alone, uploadAlone] = [finished(before), uploaded(before)];
  const most = (factor: number, of: number) => ({
    most: factor * of,
    why: `${factor} × alone`,
  });
  const slowest = Math.max(...beside.rounds.map(({ finishedMs }) => finishedMs)) / 1000;
  return [
    { name: `${VICTIM_IMAGES} images alone`, value: alone, unit: 's' },
    {
      name: `${VICTIM_IMAGES} images beside the worst pictures`,
      value: finished(besidePictures),
      unit: 's',
      ...most(MOST_BESIDE_PICTURES, alone),
    },
    { name: `${VICTIM_IMAGES} images beside everything`, value: finished(beside), unit: 's' },
    {
      name: `${VICTIM_IMAGES} images beside everything, slowest`,
      value: slowest,
      unit: 's',
      most: MOST_BESIDE_SECONDS,
    },
    {
      name: `${VICTIM_IMAGES} images after`,
      value: finished(after),
      unit: 's',
      ...most(MOST_AFTER, alone),
    },
    { name: 'upload alone', value: uploadAlone, unit: 'ms' },
    { name: 'upload beside everything', value: uploaded(beside), unit: 'ms' },
    { name: 'upload after', value: uploaded(after), unit: 'ms', ...most(MOST_AFTER, uploadAlone) },
    { name: "victim's requests beside", value: beside.rounds.length, unit: 'requests', least: 1 },
    {
      name: "victim's requests without all images",
      value: all.filter(({ succeeded }) => succeeded < VICTIM_IMAGES).length,
      unit: 'requests',
      most: 0,
    },
    { name: "victim's calls refused for now", value: victim.refusals(), unit: 'calls' },
  ];
}

function memoryLines({ besidePictures, beside, limits }: Measured): Line[] {
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  const memoryOf = (kind: Kind) =>
    mebibytes(Math.max(besidePictures.processes(kind).bytes, beside.processes(kind).bytes));
  const { processes } = beside;
  const unit = 'MiB';
  return [
    { name: 'memory of the API', value: memoryOf('api'), unit, most: API_MIB },
    { name: 'memory of the worker', value: memoryOf('worker'), unit },
    {
      name: 'memory of the download process',
      value: memoryOf('download'),
      unit,
      most: DOWNLOAD_MIB,
    },
    {
      name: 'memory of a process for small images',
      value: memoryOf('small'),
      unit,
      most: mebibytes(limits.small),
    },
    {
      name: 'memory of a process for large images',
      value: memoryOf('large'),
      unit,
      most: mebibytes(limits.large),
    },
    { name: 'processes for small images', value: processes('small').pids.size, unit: 'processes' },
    {
      name: 'processes for large images',
      value: processes('large').pids.size,
      unit: 'processes',
      least: 1,
    },
  ];
}

/** Says who used the cores: on a busy machine, that explains the times. */
function coreLines({ beside: { processes, tookMs } }: Measured): Line[] {
  return KINDS.map((kind) => ({
    name: `cores used: ${kind}`,
    value: (processes(kind).cpuSeconds * 1000) / tookMs,
    unit: 'cores',
  }));
}

/** One line for each attack: how many of its calls had which status. */
export function attacksOf({ report: { tallies } }: Beside): string {
  const lines = Object.entries(tallies).map(([name, tally]) => {
    const counts = Object.entries(tally).map(([status, count]) => `${count} × ${status}`);
    return `- ${name}: ${counts.join(', ')}`;
  });
  return ['Answers to the attacks by status (none: closed without an answer):', ...lines, ''].join(
    '\n',
  );
}
