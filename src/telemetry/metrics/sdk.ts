import { messageOf } from '../../errors';
import type { Exposition } from './registry';

/** Well below the 10 s after which Prometheus gives a scrape up. */
const DEADLINE_MS = 2_000;

/**
 * Our metrics with those of the Temporal SDK below, which serves its own at an address of its own. Without
 * them a scrape still gets ours, and a comment says why.
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
