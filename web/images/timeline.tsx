import type { TimelineEntry } from '../../contract/http/images';
import type { ImageStatus } from '../../contract/statuses';
import { EVENT_LABELS, formatClock, formatMs, stepsOf } from '../logic/timeline';

interface Props {
  readonly timeline: readonly TimelineEntry[];
  readonly status: ImageStatus;
}

/** What happened to an image, in order, with how long it took. */
export function Timeline({ timeline, status }: Props) {
  return (
    <section aria-labelledby="timeline">
      <h3 id="timeline">Timeline</h3>
      {timeline.length === 0 && (
        <p class="empty">
          {status === 'pending'
            ? 'Nothing happened to it yet.'
            : 'None is recorded: an older version of the service processed this image.'}
        </p>
      )}
      <ol class="timeline">
        {stepsOf(timeline).map(({ event, at, ms, detail, share }, index) => (
          <li key={index} class={event}>
            <span class="timeline-what">
              <strong>{EVENT_LABELS[event]}</strong>
              <time dateTime={at} class="quiet">
                {formatClock(at)}
              </time>
            </span>
            {detail !== null && <small>{detail}</small>}
            {ms !== null && (
              <span class="timeline-took">
                <span class="timeline-bar" aria-hidden="true">
                  <span style={{ width: `${(share ?? 0) * 100}%` }} />
                </span>
                {formatMs(ms)}
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
