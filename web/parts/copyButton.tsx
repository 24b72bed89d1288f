import { useEffect, useRef, useState } from 'preact/hooks';
import { copyText } from '../copyText';

/** How long it says that it has copied. */
const SHOWN_MS = 2_000;

interface Props {
  /** What is copied. */
  readonly text: string;
  readonly label: string;
  /** What the text belongs to, for those who do not see where the button is. */
  readonly of?: string;
}

/** Copies a text, and says so; where the browser does not let it, the text is shown to be copied by hand. */
export function CopyButton({ text, label, of }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');

  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => {
      setState('ready');
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [state]);

  async function copy() {
    const isCopied = await copyText(text, button.current?.parentElement ?? document.body);
    button.current?.focus({ preventScroll: true });
    setState(isCopied ? 'copied' : 'refused');
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        class="copy"
        aria-label={of === undefined || state === 'copied' ? undefined : `${label} of ${of}`}
        onClick={() => void copy()}
      >
        <span aria-live="polite">{state === 'copied' ? 'Copied' : label}</span>
      </button>
      {state === 'refused' && (
        <input
          class="copy-text"
          aria-label="Copy this text"
          readOnly
          value={text}
          onFocus={({ currentTarget }) => {
            currentTarget.select();
          }}
        />
      )}
    </>
  );
}
