import type { System } from '../../contract/http/system';
import { Ago } from '../parts/ago';
import { Entries } from './entries';

interface Props {
  readonly hosts: System['cooling_hosts'];
  /** Said when there are none. */
  readonly note: string;
}

/** The hosts that asked for a pause. */
export function CoolingHosts({ hosts, note }: Props) {
  return (
    <Entries
      id="hosts"
      title="Hosts cooling down"
      empty={`None. A host that asks for a pause is not asked again before the pause is over. ${note}`}
    >
      {hosts.map(({ host, until, reason }) => (
        <li key={host}>
          <div class="line">
            <strong>{host}</strong>
            <span>
              Next download <Ago time={until} />
            </span>
          </div>
          <div class="quiet">
            It asked for a pause: <code>{reason}</code>
          </div>
        </li>
      ))}
    </Entries>
  );
}
