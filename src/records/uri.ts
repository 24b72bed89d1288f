import type { Config } from '../config';

/** Returns `MONGODB_URI`, or the URI of the server that `npm run servers` starts. */
export function mongodbUri(config: Pick<Config, 'MONGODB_URI' | 'EMBEDDED_MONGODB_PORT'>): string {
  return (
    config.MONGODB_URI ?? `mongodb://127.0.0.1:${config.EMBEDDED_MONGODB_PORT}/image-processor`
  );
}
