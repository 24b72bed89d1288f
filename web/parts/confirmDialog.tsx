import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Failure } from './failure';

interface Props {
  readonly title: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Something has to be answered before. */
  readonly isBlocked?: boolean;
  readonly run: () => Promise<unknown>;
  readonly onClose: (isDone: boolean) => void;
}

/** Asks before something is changed, and shows why it could not be. */
export function ConfirmDialog({
  title,
  children,
  action,
  isDangerous,
  isBlocked = false,
  run,
  onClose,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isDone = useRef(false);
  const heading = useId();
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  async function confirm() {
    setRunning(true);
    setError(null);
    try {
      await run();
      isDone.current = true;
      // Gives the focus back to the button that opened the dialog.
      dialog.current?.close();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      // What was started cannot be undone: its end is shown.
      onCancel={(event) => {
        if (isRunning) event.preventDefault();
      }}
      onClose={() => {
        onClose(isDone.current);
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
      {error !== null && <Failure error={error} />}
      <div class="buttons">
        <button
          type="button"
          class={isDangerous === true ? 'danger' : 'primary'}
          disabled={isRunning || isBlocked}
          onClick={() => void confirm()}
        >
          {action}
        </button>
        <button type="button" disabled={isRunning} onClick={() => dialog.current?.close()}>
          Go back
        </button>
      </div>
    </dialog>
  );
}
