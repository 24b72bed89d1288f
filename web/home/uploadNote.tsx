import { Link } from 'wouter-preact';
import { formatShare } from '../logic/format';

/** How an upload ended while another view was shown. */
export interface UploadEnd {
  readonly fileName: string;
  /** `null`: it failed; the form says why. */
  readonly requestId: string | null;
}

interface SendingProps {
  readonly fileName: string;
  /** From 0 to 1. */
  readonly sent: number;
}

/** Shown on other views while a file is sent. */
export function SendingNote({ fileName, sent }: SendingProps) {
  return (
    <p class="notice">
      Uploading {fileName}: {formatShare(sent)} sent. <Link href="/">Show the upload</Link>
    </p>
  );
}

export function UploadEndNote({ fileName, requestId }: UploadEnd) {
  return requestId === null ? (
    <div class="failure" role="alert">
      <p>
        <strong>{fileName} was not uploaded.</strong> <Link href="/">Show why</Link>
      </p>
    </div>
  ) : (
    <p class="notice" role="status">
      {fileName} was uploaded. <Link href={`/requests/${requestId}`}>Show its request</Link>
    </p>
  );
}
