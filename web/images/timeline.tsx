import type { ImageResource, TimelineEntry } from '../../contract/http/images';
import { EVENT_LABELS, formatMs, stepsOf } from '../logic/timeline';

interface Props {
  readonly timeline: readonly TimelineEntry[];
  readonly image: ImageResource;
}

/** What happened to an image, in order, with how long it took. */
export function Timeline({ timeline, image }: Props) {
  return (
    <section aria-labelledby="timeline">
      <h3 id="timeline">Timeline</h3>
      {timeline.length === 0 && (
        <p class="empty">
          {image.status === 'pending'
            ? 'Nothing happened to it yet.'
            : 'None is recorded: an older version of the service processed this image.'}
        </p>
      )}
      <ol class="timeline">
        {stepsOf(timeline, image).map(({ event, at, shownAt, ms, detail, share }, index) => (
          <li key={index} class={event}>
            <span class="timeline-what">
              <strong>{EVENT_LABELS[event]}</strong>
              <time dateTime={at} class="quiet">
                {shownAt}
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
