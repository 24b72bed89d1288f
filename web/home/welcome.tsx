import { useState } from 'preact/hooks';
import { errorOf } from '../../client/errors';
import { Failure } from '../parts/failure';

/** What to do first, where there are no requests. */
export function Welcome({ onSample }: { readonly onSample: (file: File) => void }) {
  return (
    <div class="empty">
      <p>No requests yet. How to begin:</p>
      <ol>
        <li>
          Export your products as a CSV. One column must hold links to images, such as “Image Src”
          or “Input Image Urls”; exports of the common shop systems are recognised.
        </li>
        <li>Drop the file on this page, and check what was recognised in it.</li>
        <li>
          Press Upload. The images are downloaded and compressed; the request appears here, with its
          progress and the result CSV.
        </li>
      </ol>
      <Sample onFile={onSample} />
    </div>
  );
}

/** Loads the sample, if the service offers one: its links must lead somewhere. */
function Sample({ onFile }: { readonly onFile: (file: File) => void }) {
  const [error, setError] = useState<unknown>(null);
  const sample = document.querySelector<HTMLMetaElement>('meta[name=sample]')?.content;
  if (sample === undefined) return null;

  async function load(path: string) {
    try {
      const response = await fetch(new URL(path, document.baseURI));
      if (!response.ok) throw await errorOf(response);
      onFile(new File([await response.blob()], 'products.csv', { type: 'text/csv' }));
      setError(null);
      scrollTo({ top: 0 });
    } catch (failure) {
      setError(failure);
    }
  }

  return (
    <>
      <p>
        <button type="button" onClick={() => void load(sample)}>
          Try it with the sample
        </button>
      </p>
      {error !== null && <Failure error={error} />}
    </>
  );
}
