import type { Config } from '../config';

/** Where no database is named, the one that `npm run servers` starts. */
export function mongodbUri(config: Pick<Config, 'MONGODB_URI' | 'EMBEDDED_MONGODB_PORT'>): string {
  return (
    config.MONGODB_URI ?? `mongodb://127.0.0.1:${config.EMBEDDED_MONGODB_PORT}/image-processor`
  );
}
