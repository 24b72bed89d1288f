import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import '../styles/home.css';
import { useTitle } from '../useTitle';
import { OperationPanel } from './operationPanel';
import { RequestList } from './requestList';
import { UploadForm } from './uploadForm';
import { UploadEndNote, type UploadEnd } from './uploadNote';
import { useOperations } from './useOperations';

interface Props {
  /** On other views only the upload goes on. */
  readonly isShown: boolean;
}

export function Home({ isShown }: Props) {
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  /** Another number starts with an empty form. */
  const [form, setForm] = useState(0);
  const [ended, setEnded] = useState<UploadEnd | null>(null);
  const isShownNow = useRef(isShown);
  isShownNow.current = isShown;

  useEffect(() => {
    if (isShown) setEnded(null);
  }, [isShown]);

  function choose(chosen: File | null) {
    setFile(chosen);
    if (!isShown) navigate('/');
  }
  function end(requestId: string | null) {
    if (!isShownNow.current) setEnded({ fileName: file?.name ?? '', requestId });
    else if (requestId !== null) navigate(`/requests/${requestId}`);
    if (requestId === null) return;
    setFile(null);
    setForm(form + 1);
  }

  return (
    <>
      {ended !== null && <UploadEndNote {...ended} />}
      <UploadForm key={form} isShown={isShown} file={file} onFile={choose} onEnd={end} />
      {isShown && <Requests onSample={setFile} />}
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
