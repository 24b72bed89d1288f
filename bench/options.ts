import { parseArgs } from 'node:util';
import type { Size } from './measure';

export interface Options {
  readonly size: Size;
  /** Names of measures, in the order in which they run. */
  readonly names: readonly string[];
  readonly mongodbUri: string | null;
  /** Whether the document is written. */
  readonly writes: boolean;
}

const USAGE = 'npm run bench -- [--quick] [--mongodb-uri URI] [NAME…]';

/**
 * @param documented names of the measures that run when none is given
 * @param further names of those that can be given in addition
 * @throws Error with the usage when an argument is invalid
 */
export function readOptions(
  args: readonly string[],
  documented: readonly string[],
  further: readonly string[],
): Options {
  const { values, positionals } = parse(args);
  const known = [...documented, ...further];
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `Expected names from ${known.join(', ')}, received ${unknown.join(', ')}\n${USAGE}`,
    );
  }
  const names = positionals.length === 0 ? documented : positionals;
  return {
    size: values.quick ? 'quick' : 'whole',
    names: known.filter((name) => names.includes(name)),
    mongodbUri: values['mongodb-uri'] ?? null,
    writes: !values.quick && positionals.length === 0,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        'mongodb-uri': { type: 'string' },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, {
      cause: error,
    });
  }
}
