import type { Counts } from '../../contract/counts';
import { formatNumber } from '../logic/format';
import { doneOf } from '../logic/speed';

/** A thin bar of what succeeded, failed and waits. */
export function CountsBar({ counts }: { readonly counts: Counts }) {
  const { total, succeeded, failed } = counts;
  const widthOf = (part: number) => `${total === 0 ? 0 : (part / total) * 100}%`;
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label="Images done"
      aria-valuemin={0}
      aria-valuemax={Math.max(total, 1)}
      aria-valuenow={doneOf(counts)}
      aria-valuetext={`${formatNumber(succeeded)} compressed, ${formatNumber(failed)} failed, of ${formatNumber(total)}`}
    >
      <span class="good" style={{ width: widthOf(succeeded) }} />
      <span class="bad" style={{ width: widthOf(failed) }} />
    </div>
  );
}
