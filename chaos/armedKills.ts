import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The kill points. The harness arms a point by creating a file. The process that reaches the point claims the kill by
 * renaming the file, which only one process can do, and kills itself at once.
 */
export const KILL_POINTS = {
  'file-written': 'between file write and record',
  'image-recorded': 'between image record and activity completion',
  'sheet-stored': 'between sheet stored and workflow start',
  'workflow-started': 'between workflow start and HTTP answer',
  'rows-noted': 'between a batch of rows recorded and the next',
  'sheet-recorded': 'between all rows recorded and activity completion',
  'round-opened': 'between next round recorded and its start',
  'round-started': 'between start of the next round and HTTP answer',
  'outcome-recorded': 'between outcome record and activity completion',
  'webhook-taken': 'between webhook 2xx and completion',
  'continue-as-new-decided': 'continue-as-new decided, but not reported',
  'continue-as-new-told': 'continue-as-new reported, before anything else',
} as const;
export type KillPoint = keyof typeof KILL_POINTS;

const OF_API: readonly KillPoint[] = [
  'sheet-stored',
  'workflow-started',
  'round-opened',
  'round-started',
];

/** All other kill points are in workers. */
export function isOfApi(point: KillPoint): boolean {
  return OF_API.includes(point);
}

/** The variable that passes the folder to the processes. */
export const FOLDER_VARIABLE = 'CHAOS_FOLDER';

export interface Claim {
  readonly point: KillPoint;
  readonly pid: number;
  readonly at: number;
}

const armedFile = (folder: string, point: KillPoint) => path.join(folder, 'armed', point);
const claimedFolder = (folder: string) => path.join(folder, 'claimed');

export function prepareKillPoints(folder: string): void {
  mkdirSync(path.join(folder, 'armed'), { recursive: true });
  mkdirSync(claimedFolder(folder), { recursive: true });
}

export function arm(folder: string, point: KillPoint): void {
  writeFileSync(armedFile(folder, point), '');
}

/** @returns false when a process has claimed the kill already */
export function disarm(folder: string, point: KillPoint): boolean {
  try {
    rmSync(armedFile(folder, point));
    return true;
  } catch {
    return false;
  }
}

/** Called by a process at a kill point. Returns only when the point is not armed. */
export function dieIfArmed(folder: string, point: KillPoint): void {
  const claim = path.join(claimedFolder(folder), `${point} ${process.pid} ${Date.now()}`);
  try {
    renameSync(armedFile(folder, point), claim);
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}

/** Returns the kills that happened at kill points. */
export function claims(folder: string): Claim[] {
  return readdirSync(claimedFolder(folder)).map((name) => {
    const [point, pid, at] = name.split(' ');
    return { point: point as KillPoint, pid: Number(pid), at: Number(at) };
  });
}
