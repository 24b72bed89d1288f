import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config';

export interface TemporalSettings {
  /** For `Connection` and `NativeConnection` alike; `address` is always set. */
  readonly connection: ClientConnectConfig['connectionOptions'];
  readonly namespace: string;
}

/**
 * The Temporal server that the environment names: the SDK's own `TEMPORAL_*` variables and configuration
 * file, so that Temporal Cloud (API key, mTLS) is configuration only.
 *
 * @returns `undefined` when none is named
 * @see https://docs.temporal.io/develop/environment-configuration
 */
export function namedTemporalAddress(): string | undefined {
  return loadClientConnectConfig().connectionOptions.address;
}

/** Where none is named, the server that `npm run servers` starts. */
export function temporalSettings(config: Pick<Config, 'EMBEDDED_TEMPORAL_PORT'>): TemporalSettings {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? `127.0.0.1:${config.EMBEDDED_TEMPORAL_PORT}`;
  return { connection: { ...connectionOptions, address }, namespace };
}
