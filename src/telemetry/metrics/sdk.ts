import { messageOf } from '../../errors';
import type { Exposition } from './registry';

/** Well below the 10 s after which Prometheus aborts a scrape. */
const DEADLINE_MS = 2_000;

/**
 * Appends the metrics of the Temporal SDK, which serves them at a separate address. If they are unavailable, a scrape
 * returns only ours, and a comment with the reason.
 */
export function withSdkMetrics(own: Exposition, sdkAddress: string): Exposition {
  return {
    contentType: own.contentType,
    async text() {
      const [ours, sdk] = await Promise.all([own.text(), sdkMetrics(sdkAddress)]);
      return `${ours}\n${sdk}`;
    },
  };
}

async function sdkMetrics(address: string): Promise<string> {
  try {
    const response = await fetch(`http://${address}/metrics`, {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (!response.ok) throw new Error(`Expected HTTP 200, received ${response.status}`);
    return await response.text();
  } catch (error) {
    const reason = messageOf(error).replaceAll(/\s+/g, ' ');
    return `# The Temporal SDK's metrics could not be read: ${reason}\n`;
  }
}
