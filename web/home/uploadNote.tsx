import { Link } from 'wouter-preact';
import { formatShare } from '../logic/format';

/** How an upload ended while another view was shown. */
export interface UploadEnd {
  readonly fileName: string;
  /** `null`: it failed, or was stopped; the form says why. */
  readonly requestId: string | null;
}

interface Props {
  /** The file that is being sent. */
  readonly fileName: string;
  /** From 0 to 1; `null` while nothing is sent. */
  readonly sent: number | null;
  readonly ended: UploadEnd | null;
  /** A file that can be uploaded is being dragged over the page. */
  readonly isOver: boolean;
}

/** Says on other views how an upload goes and how it ended. */
export function UploadNote({ fileName, sent, ended, isOver }: Props) {
  const { text, link, href } = noteOf(fileName, sent, ended);
  const isFailed = sent === null && ended?.requestId === null;
  return (
    <>
      {isOver && <p class="notice">Drop the CSV to upload it.</p>}
      <div class={text === '' ? '' : isFailed ? 'failure' : 'notice'}>
        <span role="status">{text}</span>{' '}
        {/* Not in the status: a screen reader would read out every step. */}
        {sent !== null && sent < 1 && `${formatShare(sent)} sent. `}
        {link !== '' && <Link href={href}>{link}</Link>}
      </div>
    </>
  );
}

function noteOf(fileName: string, sent: number | null, ended: UploadEnd | null) {
  if (sent !== null) {
    const text =
      sent < 1 ? `Uploading ${fileName}.` : `${fileName} is sent. The service is reading it.`;
    return { text, link: 'Show the upload', href: '/' };
  }
  if (ended === null) return { text: '', link: '', href: '/' };
  return ended.requestId === null
    ? { text: `${ended.fileName} was not uploaded.`, link: 'Show why', href: '/' }
    : {
        text: `${ended.fileName} was uploaded.`,
        link: 'Show its request',
        href: `/requests/${ended.requestId}`,
      };
}
