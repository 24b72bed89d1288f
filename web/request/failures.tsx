import { useState } from 'preact/hooks';
import { Link, useSearch } from 'wouter-preact';
import type { FailureGroup } from '../../contract/http/failures';
import type { RequestResource } from '../../contract/http/requests';
import { formatFailed, isShown, openable, queryOfGroup } from '../logic/failureGroups';
import { formatNumber } from '../logic/format';
import { CopyButton } from '../parts/copyButton';
import { Failure } from '../parts/failure';
import type { GroupedFailures } from './useFailures';

/** Groups that are shown at first: the most frequent ones. */
const SHOWN = 5;

interface Props {
  readonly request: RequestResource;
  readonly failures: GroupedFailures;
}

/** What failed, by reason and host: what it means, and what to do. */
export function Failures({ request, failures: { groups, error } }: Props) {
  return (
    <section class="card" aria-labelledby="failures">
      <div class="heading">
        <h2 id="failures">What failed</h2>
        <span class="quiet">{formatNumber(request.counts.failed)} in all</span>
      </div>
      <p class="quiet">
        Correct the failed rows and upload them as a new file, or retry when it was not the fault of
        the links.
      </p>
      {error !== null && <Failure error={error} isRetried />}
      {groups === null && error === null && <p role="status">Loading the failures…</p>}
      {groups?.length === 0 && <p class="empty">The reasons are not recorded yet.</p>}
      {groups !== null && groups.length > 0 && <Groups id={request.request_id} groups={groups} />}
    </section>
  );
}

function Groups({ id, groups }: { readonly id: string; readonly groups: readonly FailureGroup[] }) {
  const [isWhole, setWhole] = useState(false);
  const search = useSearch();
  const shown = isWhole ? groups : groups.slice(0, SHOWN);
  return (
    <>
      <ul class="groups">
        {shown.map((group) => (
          <Group
            key={`${group.code} ${group.host ?? ''}`}
            id={id}
            group={group}
            isCurrent={isShown(group, search)}
          />
        ))}
      </ul>
      {shown.length < groups.length && (
        <button
          type="button"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all {formatNumber(groups.length)} reasons
        </button>
      )}
    </>
  );
}

interface GroupProps {
  readonly id: string;
  readonly group: FailureGroup;
  /** Its images are those that the list of images shows. */
  readonly isCurrent: boolean;
}

function Group({ id, group, isCurrent }: GroupProps) {
  const { code, host, message, example_url, advice } = group;
  return (
    <li class={isCurrent ? 'current' : ''}>
      <div class="line">
        <h3>
          {formatFailed(group)}
          {host !== null && ` from ${host}`}
        </h3>
        <code>{code}</code>
      </div>
      <p>{advice}</p>
      <small>{message}</small>
      {example_url !== null && <Example link={example_url} />}
      <div class="buttons">
        <Link
          class="button"
          href={`/requests/${id}${queryOfGroup(group)}`}
          aria-current={isCurrent ? 'true' : undefined}
          aria-label={`Show these images: ${code}${host === null ? '' : ` from ${host}`}`}
          onClick={showImages}
        >
          Show these images
        </Link>
        {example_url !== null && (
          <CopyButton text={example_url} label="Copy link" of={example_url} />
        )}
      </div>
    </li>
  );
}

function Example({ link }: { readonly link: string }) {
  const address = openable(link);
  if (address === null) return <code class="example">{link}</code>;
  return (
    <a class="example" href={address} target="_blank" rel="noreferrer">
      {link}
    </a>
  );
}

/** The list of images is further down; its heading has the id `images`. */
function showImages() {
  const heading = document.getElementById('images');
  if (heading === null) return;
  heading.tabIndex = -1;
  heading.focus();
}
