import { useState } from 'preact/hooks';
import type { RequestResource } from '../../contract/http/requests';
import { useApi } from '../api';
import { Failure } from '../parts/failure';

/** Links to the result CSV and the failed rows, once there are any. */
export function Downloads({ request }: { readonly request: RequestResource }) {
  const { request_id, links, counts } = request;
  const [error, setError] = useState<unknown>(null);
  if (links.result === null) return null;
  return (
    <>
      <Download id={request_id} label="Download result" onError={setError} />
      {links.failed !== null && counts.failed > 0 && (
        <Download id={request_id} only="failed" label="Download failed rows" onError={setError} />
      )}
      {error !== null && <Failure error={error} />}
    </>
  );
}

interface Props {
  readonly id: string;
  readonly only?: 'failed';
  readonly label: string;
  readonly onError: (error: unknown) => void;
}

function Download({ id, only, label, onError }: Props) {
  const api = useApi();

  async function save() {
    onError(null);
    try {
      const response = await api.result(id, only === undefined ? {} : { only });
      const name = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '');
      saveAs(await response.blob(), name?.[1] ?? 'result.csv');
    } catch (error) {
      onError(error);
    }
  }

  return (
    <a
      class={only === undefined ? 'button primary' : 'button'}
      href={api.resultPath(id, only)}
      download
      onClick={(event) => {
        if (!api.needsKey) return;
        event.preventDefault();
        void save();
      }}
    >
      {label}
    </a>
  );
}

/** A link cannot send the key, so the file is fetched and then saved. */
function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Browsers read it after the click.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
