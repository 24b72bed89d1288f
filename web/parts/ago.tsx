import { useState } from 'preact/hooks';
import { formatExact, formatRelative } from '../logic/format';

/** A relative time; the exact one is shown on focus and on a press, and in the title. */
export function Ago({ time }: { readonly time: string }) {
  const [isExact, setExact] = useState(false);
  const at = Date.parse(time);
  const exact = formatExact(at);
  return (
    <button
      type="button"
      class="time"
      title={exact}
      onFocus={() => {
        setExact(true);
      }}
      onBlur={() => {
        setExact(false);
      }}
    >
      <time dateTime={time}>{isExact ? exact : formatRelative(at, Date.now())}</time>
    </button>
  );
}
