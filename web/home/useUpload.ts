import { useEffect, useRef, useState } from 'preact/hooks';
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

/** While a file is sent, also on another view. */
function askBeforeClosing(event: Event) {
  event.preventDefault();
}

/**
 * Sends a file for as long as the component is there. One that was interrupted and is sent again is one request.
 *
 * @param onEnd called when an upload ends, with the id of its request, or `null` when it failed
 */
export function useUpload(onEnd: (id: string | null) => void) {
  const api = useApi();
  const [state, setState] = useState(IDLE);
  const sending = useRef<AbortController | null>(null);
  const isSending = state.sent !== null;

  useEffect(() => () => sending.current?.abort(), []);

  async function send(file: File, fields: UploadFields) {
    const upload = uploadName(file, fields);
    const stop = new AbortController();
    sending.current = stop;
    setState({ ...IDLE, sent: 0 });
    addEventListener('beforeunload', askBeforeClosing);
    try {
      const id = await api.upload(file, {
        name: file.name,
        fields,
        idempotencyKey: keyOf(sessionStorage, upload, newKey),
        signal: stop.signal,
        onProgress(bytes, total) {
          setState({ ...IDLE, sent: total === 0 ? 0 : bytes / total });
        },
      });
      forgetKey(sessionStorage, upload);
      onEnd(id);
    } catch (error) {
      // The key belongs to other content, which the browser cannot tell from this by name, size and time.
      if (error instanceof ApiError && error.status === 409) forgetKey(sessionStorage, upload);
      const isStopped = stop.signal.aborted;
      setState({ ...IDLE, isStopped, faults: isStopped ? NO_FAULTS : uploadFaultsOf(error) });
      onEnd(null);
    } finally {
      removeEventListener('beforeunload', askBeforeClosing);
    }
  }

  return {
    ...state,
    isSending,
    send,
    stop: () => sending.current?.abort(),
    /** Forgets what was wrong with the last upload. */
    reset: () => {
      setState(IDLE);
    },
  };
}
