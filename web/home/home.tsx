import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import '../styles/home.css';
import { useTitle } from '../useTitle';
import { OperationPanel } from './operationPanel';
import { RequestList } from './requestList';
import { UploadForm } from './uploadForm';
import { UploadNote, type UploadEnd } from './uploadNote';
import { useFileDrop } from './useFileDrop';
import { useOperations } from './useOperations';
import { useUpload } from './useUpload';

interface Props {
  /** Whether this view is shown. When it is not, an upload goes on, and what was filled in is kept. */
  readonly isShown: boolean;
  /** The service asks for a key: no file can be chosen. */
  readonly isLocked: boolean;
}

export function Home({ isShown, isLocked }: Props) {
  const [location, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  /** Changing it empties the form. */
  const [form, setForm] = useState(0);
  const [ended, setEnded] = useState<UploadEnd | null>(null);
  const isShownNow = useRef(isShown);
  isShownNow.current = isShown;

  const upload = useUpload((fileName, requestId) => {
    if (requestId !== null) {
      setFile(null);
      setForm((number) => number + 1);
    }
    if (!isShownNow.current) setEnded({ fileName, requestId });
    else if (requestId !== null) navigate(`/requests/${requestId}`);
  });

  useEffect(() => {
    // A failure is told until the form says why.
    setEnded((last) => (isShown || last?.requestId !== null ? null : last));
  }, [isShown, location]);

  function choose(chosen: File | null) {
    if (upload.isSending) return;
    setFile(chosen);
    if (!isShown) navigate('/');
  }
  const isOver = useFileDrop(isLocked || upload.isSending ? null : choose);

  return (
    <>
      {!isShown && !isLocked && (
        <UploadNote fileName={file?.name ?? ''} sent={upload.sent} ended={ended} isOver={isOver} />
      )}
      <UploadForm
        key={form}
        isShown={isShown}
        isOver={isOver}
        file={file}
        onFile={choose}
        upload={upload}
      />
      {isShown && <Requests onSample={choose} />}
    </>
  );
}

/** All requests, and what is being done with many of them. */
function Requests({ onSample }: { readonly onSample: (file: File) => void }) {
  useTitle('Requests');
  const { ids, started, add, remove } = useOperations();
  return (
    <>
      {ids.map((id) => (
        <OperationPanel
          key={id}
          id={id}
          isNew={id === started}
          onDismiss={() => {
            remove(id);
          }}
        />
      ))}
      <RequestList onStarted={add} onSample={onSample} />
    </>
  );
}
