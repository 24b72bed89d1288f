import type { System } from '../../contract/http/system';
import { formatBytes, formatNumber } from '../logic/format';
import { Figure } from '../parts/figure';

interface Props {
  readonly stored: System['stored'];
  /** Days for which finished requests are kept; 0: for ever. */
  readonly days: number;
}

/** What is kept, and for how long. */
export function Stored({ stored: { requests, images, bytes }, days }: Props) {
  return (
    <section class="card" aria-labelledby="stored">
      <h2 id="stored">Storage</h2>
      <dl class="figures">
        <Figure name="Compressed images" value={formatBytes(bytes)} />
        <Figure name="Images" value={formatNumber(images)} />
        <Figure name="Requests" value={formatNumber(requests)} />
      </dl>
      <p class="quiet">
        {days === 0
          ? 'Finished requests are kept until they are deleted.'
          : `Finished requests are deleted after ${formatNumber(days)} ${days === 1 ? 'day' : 'days'}.`}
      </p>
    </section>
  );
}
