import { collectDefaultMetrics, type Registry } from 'prom-client';

/** What a scrape is answered with. */
export interface Exposition {
  readonly contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

export function expose(registry: Registry): Exposition {
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

/**
 * CPU, memory, event loop and garbage collection, under the names that Prometheus' client libraries share.
 * Once a process: it watches the whole of it.
 */
export function watchProcess({ registry }: { readonly registry: Registry }): void {
  collectDefaultMetrics({ register: registry });
}
