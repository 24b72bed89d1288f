import type { System } from '../../contract/http/system';
import { formatNumber } from '../logic/format';
import { Figure } from '../parts/figure';

/** What there is to do. */
export function Backlog({ backlog }: Pick<System, 'backlog'>) {
  const { requests_pending, requests_processing, images_pending } = backlog;
  const isIdle = requests_pending + requests_processing + images_pending === 0;
  return (
    <section class="card" aria-labelledby="backlog">
      <h2 id="backlog">Backlog</h2>
      <dl class="figures">
        <Figure name="Requests waiting" value={formatNumber(requests_pending)} />
        <Figure name="Requests running" value={formatNumber(requests_processing)} />
        <Figure name="Images to go" value={formatNumber(images_pending)} />
      </dl>
      {isIdle && <p class="empty">There is nothing to do.</p>}
    </section>
  );
}
