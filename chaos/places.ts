import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The kill points, and how a kill there is arranged: the harness arms a point by a file; the process that
 * comes there takes the file away by renaming it, which only one can do, and kills itself on the spot.
 */
export const KILL_POINTS = {
  'file-written': 'between file write and record',
  'image-recorded': 'between image record and activity completion',
  'rows-recorded': 'between rows recorded and workflow start',
  'workflow-started': 'between workflow start and HTTP answer',
  'round-opened': 'between next round recorded and its start',
  'round-started': 'between start of the next round and HTTP answer',
  'outcome-recorded': 'between outcome record and activity completion',
  'webhook-taken': 'between webhook 2xx and completion',
  'continue-as-new-decided': 'continue-as-new decided, server not told',
  'continue-as-new-told': 'continue-as-new told, before all else',
} as const;
export type KillPoint = keyof typeof KILL_POINTS;

const OF_API: readonly KillPoint[] = [
  'rows-recorded',
  'workflow-started',
  'round-opened',
  'round-started',
];

/** All other places are in workers. */
export function isOfApi(place: KillPoint): boolean {
  return OF_API.includes(place);
}

/** By which the processes find the folder. */
export const FOLDER_VARIABLE = 'CHAOS_FOLDER';

export interface Claim {
  readonly place: KillPoint;
  readonly pid: number;
  readonly at: number;
}

const armedFile = (folder: string, place: KillPoint) => path.join(folder, 'armed', place);
const claimedFolder = (folder: string) => path.join(folder, 'claimed');

export function prepareKillPoints(folder: string): void {
  mkdirSync(path.join(folder, 'armed'), { recursive: true });
  mkdirSync(claimedFolder(folder), { recursive: true });
}

export function arm(folder: string, place: KillPoint): void {
  writeFileSync(armedFile(folder, place), '');
}

/** @returns false when a process was there first */
export function disarm(folder: string, place: KillPoint): boolean {
  try {
    rmSync(armedFile(folder, place));
    return true;
  } catch {
    return false;
  }
}

/** Called by a process that stands at the place. Returns when no kill is armed there. */
export function dieIfArmed(folder: string, place: KillPoint): void {
  const claim = path.join(claimedFolder(folder), `${place} ${process.pid} ${Date.now()}`);
  try {
    renameSync(armedFile(folder, place), claim);
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}

/** The kills that came to pass at places. */
export function claims(folder: string): Claim[] {
  return readdirSync(claimedFolder(folder)).map((name) => {
    const [place, pid, at] = name.split(' ');
    return { place: place as KillPoint, pid: Number(pid), at: Number(at) };
  });
}
