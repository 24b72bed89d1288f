import { useCallback, useState } from 'preact/hooks';
import { Link, useSearch } from 'wouter-preact';
import type { FailureGroup } from '../../contract/http/failures';
import { useApi } from '../api';
import { formatFailed, isShown, openable, queryOfGroup } from '../logic/failureGroups';
import { formatNumber } from '../logic/format';
import { Copyable } from '../parts/copyable';
import { Failure } from '../parts/failure';
import { useReloaded } from '../useReloaded';

/** Groups that are shown at first: the most frequent ones. */
const SHOWN = 5;

interface Props {
  readonly id: string;
  readonly failed: number;
  /** Changes whenever failures have changed. */
  readonly state: string;
}

/** What failed, by reason and host: what it means, and what to do. */
export function Failures({ id, failed, state }: Props) {
  const api = useApi();
  const load = useCallback(
    async (signal: AbortSignal) => (await api.failures(id, { signal })).groups,
    [api, id],
  );
  const { value: groups, error } = useReloaded(load, state);
  return (
    <section class="card" aria-labelledby="failures">
      <div class="heading">
        <h2 id="failures">What failed, and what to do</h2>
        <span class="quiet">{formatNumber(failed)} in all</span>
      </div>
      {error !== null && <Failure error={error} isRetried />}
      {groups === null && error === null && <p role="status">Loading the failures…</p>}
      {groups?.length === 0 && <p class="empty">The reasons are not recorded yet.</p>}
      {groups !== null && groups.length > 0 && <Groups id={id} groups={groups} />}
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
      <Link
        class="button"
        href={`/requests/${id}${queryOfGroup(group)}`}
        aria-current={isCurrent ? 'true' : undefined}
        aria-label={`Show these images: ${code}${host === null ? '' : ` from ${host}`}`}
        onClick={showImages}
      >
        Show these images
      </Link>
    </li>
  );
}

function Example({ link }: { readonly link: string }) {
  const address = openable(link);
  return (
    <Copyable text={link} what="the example link">
      {address === null ? (
        <code>{link}</code>
      ) : (
        <a href={address} target="_blank" rel="noreferrer">
          {link}
        </a>
      )}
    </Copyable>
  );
}

/** The list of images is further down; its heading has the id `images`. */
function showImages() {
  const heading = document.getElementById('images');
  if (heading === null) return;
  heading.tabIndex = -1;
  heading.focus();
}
