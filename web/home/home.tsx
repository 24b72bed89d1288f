import { useState } from 'preact/hooks';
import '../styles/home.css';
import { useTitle } from '../useTitle';
import { OperationPanel } from './operationPanel';
import { RequestList } from './requestList';
import { UploadForm } from './uploadForm';
import { useOperations } from './useOperations';

export function Home() {
  useTitle('Requests');
  const [file, setFile] = useState<File | null>(null);
  const { ids, started, add, remove } = useOperations();
  return (
    <>
      <UploadForm file={file} onFile={setFile} />
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
      <RequestList onStarted={add} onSample={setFile} />
    </>
  );
}
