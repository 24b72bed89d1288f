import { parseArgs } from 'node:util';
import { STORAGE_OPTION, wantsObjectStorage } from '../src/dev/embedded/storageOption';

export interface Options {
  readonly seed: number;
  readonly kills: number;
  readonly images: number;
  readonly requests: number;
  /** Whether files are in object storage, which is killed and stopped as well. */
  readonly withS3: boolean;
}

const USAGE = 'npm run chaos -- --seed N --kills K [--images M] [--requests R] [--storage s3]';

/** @throws Error with the usage when an option is invalid */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      kills: { type: 'string', default: '100' },
      images: { type: 'string', default: '10000' },
      requests: { type: 'string', default: '60' },
      ...STORAGE_OPTION,
    },
  });
  const integer = (name: Exclude<keyof typeof values, 'storage'>, least: number) => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(
      `Expected --${name} to be a whole number from ${least} on, received ${values[name]}\n${USAGE}`,
    );
  };
  const options = {
    seed: integer('seed', 0),
    kills: integer('kills', 0),
    images: integer('images', 1),
    requests: integer('requests', 1),
    withS3: wantsObjectStorage(values.storage),
  };
  if (options.requests > options.images) {
    throw new Error('Expected at least one image per request: raise --images, or lower --requests');
  }
  return options;
}
