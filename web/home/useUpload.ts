import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../../client/errors';
import { newKey } from '../../client/newKey';
import type { UploadFields } from '../../contract/http/uploads';
import { useApi } from '../api';
import { forgetKey, keyOf, uploadName } from '../logic/resend';
import { NO_FAULTS, uploadFaultsOf, type UploadFaults } from '../logic/uploadFaults';

interface Uploading {
  /** From 0 to 1; `null` while nothing is sent. */
  readonly sent: number | null;
  readonly faults: UploadFaults;
  /** The last upload was stopped by the user. */
  readonly isStopped: boolean;
}

const IDLE: Uploading = { sent: null, faults: NO_FAULTS, isStopped: false };

/** Asks before the page is closed while a file is being sent, on every view. */
function askBeforeClosing(event: Event) {
  event.preventDefault();
}

export type Upload = ReturnType<typeof useUpload>;

/**
 * Sends a file. One that was interrupted and is sent again is one request.
 *
 * @param onEnd called when an upload ends; the request id is `null` when it failed or was stopped
 */
export function useUpload(onEnd: (fileName: string, requestId: string | null) => void) {
  const api = useApi();
  const [state, setState] = useState(IDLE);
  const sending = useRef<AbortController | null>(null);

  /** @returns the request id, or what is to be told about the failure */
  async function attempt(file: File, fields: UploadFields, signal: AbortSignal) {
    const upload = uploadName(file, fields);
    try {
      const id = await api.upload(file, {
        name: file.name,
        fields,
        idempotencyKey: keyOf(sessionStorage, upload, newKey),
        signal,
        onProgress(bytes, total) {
          setState({ ...IDLE, sent: total === 0 ? 0 : bytes / total });
        },
      });
      forgetKey(sessionStorage, upload);
      return { id, outcome: IDLE };
    } catch (error) {
      // The key belongs to other content, which the browser cannot tell from this by name, size and time.
      if (error instanceof ApiError && error.status === 409) forgetKey(sessionStorage, upload);
      const isStopped = signal.aborted;
      const faults = isStopped ? NO_FAULTS : uploadFaultsOf(error);
      return { id: null, outcome: { ...IDLE, isStopped, faults } };
    }
  }

  async function send(file: File, fields: UploadFields) {
    const stop = new AbortController();
    sending.current = stop;
    setState({ ...IDLE, sent: 0 });
    addEventListener('beforeunload', askBeforeClosing);
    const { id, outcome } = await attempt(file, fields, stop.signal);
    removeEventListener('beforeunload', askBeforeClosing);
    // Both at once: what shows the upload goes on to show how it ended.
    setState(outcome);
    onEnd(file.name, id);
  }

  return {
    ...state,
    isSending: state.sent !== null,
    send,
    stop: () => sending.current?.abort(),
    /** Forgets what was wrong with the last upload. */
    reset: () => {
      setState(IDLE);
    },
  };
}
