import { useTitle } from '../useTitle';
import { RequestList } from './requestList';
import { UploadForm } from './uploadForm';

export function Home() {
  useTitle('Requests');
  return (
    <>
      <UploadForm />
      <RequestList />
    </>
  );
}
