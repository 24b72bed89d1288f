import type { RequestResource } from '../../contract/http/requests';
import { commandsFor } from '../logic/requestActions';
import { CopyButton } from '../parts/copyButton';

/** Where the person who runs the service goes on: Temporal, and the commands to use next. */
export function Operator({ request }: { readonly request: RequestResource }) {
  const { request_id, links } = request;
  return (
    <section class="card" aria-labelledby="operator">
      <h2 id="operator">For the operator</h2>
      <p class="quiet">Request id</p>
      <div class="copyable">
        <code>{request_id}</code>
        <CopyButton text={request_id} label="Copy id" />
      </div>
      {links.temporal !== null && (
        <p>
          <a href={links.temporal} target="_blank" rel="noreferrer">
            Open in the Temporal Web UI
          </a>
        </p>
      )}
      <p class="quiet">Commands, in the folder of the service</p>
      <ul class="commands">
        {commandsFor(request).map(({ line, purpose }, index) => (
          <li key={line}>
            <small>{purpose}</small>
            <div class="copyable">
              <code>{line}</code>
              <CopyButton text={line} label="Copy command" of={`line ${index + 1}`} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
