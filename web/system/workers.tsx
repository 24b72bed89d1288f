import type { System } from '../../contract/http/system';
import { formatImages } from '../logic/format';
import { Ago } from '../parts/ago';
import { Entries } from './entries';

/** The workers that were seen in the last minute. */
export function Workers({ workers }: Pick<System, 'workers'>) {
  return (
    <Entries
      id="workers"
      title="Workers"
      empty="None was seen in the last minute. Requests wait until one runs."
    >
      {workers.map(({ id, host, version, started_at, seen_at, images_in_progress }) => (
        <li key={id}>
          <div class="line">
            <strong>{host}</strong>
            <span>{formatImages(images_in_progress)} in progress</span>
          </div>
          <div class="line quiet">
            <span>
              Version {version}, started <Ago time={started_at} />
            </span>
            <span>
              Seen <Ago time={seen_at} />
            </span>
          </div>
        </li>
      ))}
    </Entries>
  );
}
