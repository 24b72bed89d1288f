import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config';

export interface TemporalSettings {
  /** For `Connection` and `NativeConnection`; `address` is always set. */
  readonly connection: ClientConnectConfig['connectionOptions'];
  readonly namespace: string;
  /** Base of the Web UI's pages; no trailing slash. */
  readonly uiUrl?: string | undefined;
}

/**
 * Returns the address of the Temporal server that the environment names, by the SDK's own `TEMPORAL_*` variables and
 * configuration file. Temporal Cloud (API key, mTLS) therefore needs configuration only.
 *
 * @returns `undefined` when none is named
 * @see https://docs.temporal.io/develop/environment-configuration
 */
export function namedTemporalAddress(): string | undefined {
  return loadClientConnectConfig().connectionOptions.address;
}

/** Returns the settings of the named server or, when none is named, of the one that `npm run servers` starts. */
export function temporalSettings(
  config: Pick<Config, 'EMBEDDED_TEMPORAL_PORT' | 'TEMPORAL_UI_URL'>,
): TemporalSettings {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? `127.0.0.1:${config.EMBEDDED_TEMPORAL_PORT}`;
  return {
    connection: { ...connectionOptions, address },
    namespace,
    uiUrl: config.TEMPORAL_UI_URL,
  };
}
