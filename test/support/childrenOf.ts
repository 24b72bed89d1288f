import { readdirSync, readFileSync } from 'node:fs';

/** Returns the ids of the processes that a process started with this script. */
export function childrenOf(parent: number, script: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, ppid] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return Number(ppid) === parent && command.split('\0').includes(script);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}
