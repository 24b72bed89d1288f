import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string() });

/** Returns the version of the service. For the compiled entry points: the path begins in `dist`. */
export function packageVersion(): string {
  const manifest = readFileSync(path.join(__dirname, '..', '..', '..', 'package.json'), 'utf8');
  return packageSchema.parse(JSON.parse(manifest)).version;
}
