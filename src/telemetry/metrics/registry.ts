import { collectDefaultMetrics, type Registry } from 'prom-client';

/** The response to a scrape. */
export interface Exposition {
  readonly contentType: string;
  /** Returns the metrics in Prometheus' text format. */
  text(): Promise<string>;
}

export function expose(registry: Registry): Exposition {
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

/**
 * Collects CPU, memory, event loop and garbage collection of the whole process, under the names that Prometheus'
 * client libraries share. Call it once per process.
 */
export function watchProcess({ registry }: { readonly registry: Registry }): void {
  collectDefaultMetrics({ register: registry });
}
