import { parseArgs } from 'node:util';

const USAGE = 'npm run siege -- [--seconds N]';
const SECONDS = 180;

/** @returns for how many seconds everything attacks @throws Error with the usage when an option is invalid */
export function readSeconds(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: String(SECONDS) } },
  });
  const seconds = Number(values.seconds);
  if (Number.isInteger(seconds) && seconds >= 10 && seconds <= 3_600) return seconds;
  throw new Error(
    `Expected --seconds to be a whole number from 10 to 3600, received ${values.seconds}\n${USAGE}`,
  );
}
