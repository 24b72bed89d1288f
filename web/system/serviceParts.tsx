import type { System } from '../../contract/http/system';
import { PART_LABELS } from '../logic/system';

/** What is up and down; of what is down, what to do. */
export function Parts({ parts }: Pick<System, 'parts'>) {
  return (
    <ul class="parts">
      {parts.map(({ name, is_up, detail }) => (
        <li key={name}>
          <strong>{PART_LABELS[name]}</strong>
          <span class={is_up ? 'status up' : 'status down'}>{is_up ? 'Up' : 'Down'}</span>
          <span class={is_up ? 'quiet' : ''}>{detail}</span>
        </li>
      ))}
    </ul>
  );
}
