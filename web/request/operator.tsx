import type { RequestResource } from '../../contract/http/requests';
import { commandsFor } from '../logic/requestActions';
import { Copyable } from '../parts/copyable';

/** Where the person who runs the service goes on: Temporal, and the commands to use next. */
export function Operator({ request }: { readonly request: RequestResource }) {
  const { request_id, links } = request;
  return (
    <section class="card" aria-labelledby="operator">
      <h2 id="operator">For the operator</h2>
      <p class="quiet">Request id</p>
      <Copyable text={request_id} what="the request id">
        <code>{request_id}</code>
      </Copyable>
      {links.temporal !== null && (
        <p>
          <a href={links.temporal} target="_blank" rel="noreferrer">
            Open in the Temporal Web UI
          </a>
        </p>
      )}
      <p class="quiet">Commands, in the folder of the service</p>
      <ul class="commands">
        {commandsFor(request).map(({ line, purpose }) => (
          <li key={line}>
            <small>{purpose}</small>
            <Copyable text={line} what={`the command: ${line}`}>
              <code>{line}</code>
            </Copyable>
          </li>
        ))}
      </ul>
    </section>
  );
}
