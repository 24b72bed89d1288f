import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface Props {
  readonly text: string;
  /** The text as it is shown. */
  readonly children: ComponentChildren;
  /** What is copied, for those who do not see it beside the button: "the command". */
  readonly what: string;
}

/** A text with a button that copies it. */
export function Copyable({ text, children, what }: Props) {
  const shown = useRef<HTMLSpanElement>(null);
  const [said, setSaid] = useState('');

  async function copy() {
    setSaid('');
    try {
      // Browsers have no clipboard for pages without https, and may refuse it.
      await navigator.clipboard.writeText(text);
      setSaid('Copied.');
    } catch {
      if (shown.current !== null) getSelection()?.selectAllChildren(shown.current);
      setSaid('Selected. Copy it with Ctrl+C or ⌘C, or hold it on a phone.');
    }
  }

  return (
    <div class="copyable">
      <span ref={shown} class="text">
        {children}
      </span>
      <button type="button" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        Copy
      </button>
      <small role="status">{said}</small>
    </div>
  );
}
