import { Link } from 'wouter-preact';
import type { System } from '../../contract/http/system';
import { FINDING_LABELS } from '../logic/system';
import { Ago } from '../parts/ago';
import { Entries } from './entries';

interface Props extends Pick<System, 'findings'> {
  /** Said when there are none. */
  readonly note: string;
}

/** What crashes and interventions left behind, and what was done about it. */
export function Findings({ findings, note }: Props) {
  return (
    <Entries
      id="findings"
      title="Newest findings"
      empty={`None. What a crash leaves behind is found and repaired within minutes. ${note}`}
    >
      {findings.map(({ finding, request_id, note: text, at }) => (
        <li key={`${request_id} ${finding} ${at}`}>
          <div class="line">
            <strong>{FINDING_LABELS[finding]}</strong>
            <Ago time={at} />
          </div>
          <div class="quiet">
            Request <Link href={`/requests/${request_id}`}>{request_id}</Link>: {text}
          </div>
        </li>
      ))}
    </Entries>
  );
}
