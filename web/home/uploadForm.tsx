import { useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { useApi } from '../api';
import { formatBytes, formatShare } from '../logic/format';
import { readFields } from '../logic/options';
import { forgetKey, keyOf, uploadName } from '../logic/resend';
import { Failure } from '../parts/failure';
import { Options } from './options';
import { useFileDrop } from './useFileDrop';

export function UploadForm() {
  const api = useApi();
  const [, navigate] = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  /** From 0 to 1; `null` while nothing is sent. */
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);

  function choose(chosen: File | null) {
    if (sent !== null) return;
    setFile(chosen);
    setError(null);
  }
  const isOver = useFileDrop(setDropped);

  function setDropped(dropped: File) {
    choose(dropped);
    if (input.current !== null) input.current.value = '';
  }

  async function send(form: HTMLFormElement) {
    if (file === null) {
      input.current?.focus();
      return;
    }
    const fields = readFields(new FormData(form));
    const upload = uploadName(file, fields);
    const idempotencyKey = keyOf(sessionStorage, upload, createKey);
    const onProgress = (bytes: number, total: number) => {
      setSent(total === 0 ? 0 : bytes / total);
    };
    setError(null);
    setSent(0);
    try {
      const id = await api.upload(file, { name: file.name, fields, idempotencyKey, onProgress });
      forgetKey(sessionStorage, upload);
      navigate(`/requests/${id}`);
    } catch (failure) {
      setError(failure);
      setSent(null);
    }
  }

  return (
    <form
      class={isOver ? 'card upload over' : 'card upload'}
      aria-label="Upload a CSV"
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      <h1>Compress the images of a CSV</h1>
      <p>Choose a CSV with links to images, or drop it anywhere on this page.</p>
      <label>
        CSV file
        <input
          ref={input}
          type="file"
          accept=".csv,text/csv"
          disabled={sent !== null}
          onChange={({ currentTarget }) => {
            choose(currentTarget.files?.[0] ?? null);
          }}
        />
      </label>
      <p aria-live="polite">
        {file === null ? 'No file is chosen yet.' : `${file.name}, ${formatBytes(file.size)}`}
      </p>
      <Options />
      <button type="submit" class="primary" disabled={file === null || sent !== null}>
        Upload
      </button>
      {sent !== null && <Progress sent={sent} />}
      {error !== null && (
        <>
          <Failure error={error} />
          <p>The file is still chosen. Sending it again makes no second request.</p>
        </>
      )}
    </form>
  );
}

function Progress({ sent }: { readonly sent: number }) {
  return (
    <p class="sending">
      <progress aria-label="Upload" max={1} value={sent} />
      {sent < 1 ? <span>{formatShare(sent)} sent</span> : null}
      <span role="status">{sent < 1 ? '' : 'Sent. The service reads the file.'}</span>
    </p>
  );
}

/** `randomUUID` is missing where the page is not served by https. */
function createKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
