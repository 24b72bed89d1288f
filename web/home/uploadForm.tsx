import { useEffect, useRef, useState } from 'preact/hooks';
import type { UploadFields } from '../../contract/http/uploads';
import { toRecord } from '../logic/columns';
import { isRefused } from '../logic/failure';
import { formatBytes, formatShare } from '../logic/format';
import { readFields } from '../logic/options';
import { messagesByField } from '../logic/uploadFaults';
import { Failure } from '../parts/failure';
import { FilePreview } from './filePreview';
import { Options } from './options';
import { usePreview, type PreviewState } from './usePreview';
import type { Upload } from './useUpload';

interface Props {
  readonly isShown: boolean;
  /** A file is being dragged over the page. */
  readonly isOver: boolean;
  readonly file: File | null;
  readonly onFile: (file: File | null) => void;
  readonly upload: Upload;
}

/** Chooses a file, shows how it will be read, and sends it. */
export function UploadForm({ isShown, isOver, file, onFile, upload }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const refused = useRef<HTMLDivElement>(null);
  const [options, setOptions] = useState<UploadFields>({});
  /** `null`: they are found by their names. */
  const [linkColumns, setLinkColumns] = useState<readonly string[] | null>(null);
  const { sent, faults, isStopped, isSending, send, stop, reset } = upload;
  const fields =
    linkColumns === null ? options : { ...options, link_columns: toRecord(linkColumns) };
  const preview = usePreview(file, fields);
  const { link_columns: columnsFault, ...optionFaults } = {
    ...previewFaults(preview),
    ...faults.fields,
  };

  useEffect(() => {
    setLinkColumns(null);
    reset();
    // The browser's own control shows the name of a file that was dropped, too.
    if (input.current !== null) showChosen(input.current, file);
  }, [file]);
  useEffect(() => {
    if (isShown) refused.current?.scrollIntoView({ block: 'nearest' });
  }, [isShown, faults]);

  return (
    <form
      hidden={!isShown}
      class={isOver ? 'card upload over' : 'card upload'}
      aria-label="Upload a CSV"
      onInput={({ currentTarget }) => {
        setOptions(readFields(new FormData(currentTarget)));
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (file === null) input.current?.focus();
        else if (!isSending) void send(file, fields);
      }}
    >
      <h1>Compress the images of a CSV</h1>
      <div class="chooser">
        <label>
          CSV file
          <input
            ref={input}
            type="file"
            accept=".csv,text/csv"
            disabled={isSending}
            onChange={({ currentTarget }) => {
              onFile(currentTarget.files?.[0] ?? null);
            }}
          />
        </label>
        <p class="quiet">Choose a CSV with links to images, or drop it anywhere on this page.</p>
      </div>
      {file !== null && (
        <>
          <p class="chosen">
            <strong>{file.name}</strong>, {formatBytes(file.size)}
          </p>
          <FilePreview
            state={preview}
            isStrict={options.strict === 'true'}
            linkColumns={linkColumns}
            fault={columnsFault}
            onLinkColumns={setLinkColumns}
          />
        </>
      )}
      {faults.error !== null && (
        <div ref={refused}>
          <Failure error={faults.error} asked="upload" />
          {!isRefused(faults.error) && <p>{STILL_CHOSEN}</p>}
        </div>
      )}
      <Options fields={options} faults={optionFaults} />
      <div class="buttons">
        <button type="submit" class="primary" disabled={file === null || isSending}>
          Upload
        </button>
        {isSending && (
          <button type="button" onClick={stop}>
            Stop sending
          </button>
        )}
      </div>
      {sent !== null && <Progress sent={sent} />}
      {isStopped && (
        <p role="status">
          Stopped. If the whole file had arrived, its request is in the list below. {STILL_CHOSEN}
        </p>
      )}
    </form>
  );
}

const STILL_CHOSEN =
  'The file is still chosen, and it is safe to upload it again: it will not be processed twice.';

function showChosen(input: HTMLInputElement, file: File | null): void {
  if (input.files?.[0] === (file ?? undefined)) return;
  const chosen = new DataTransfer();
  if (file !== null) chosen.items.add(file);
  input.files = chosen.files;
}

/** Faults of options that show before the file is sent. */
function previewFaults(preview: PreviewState): Readonly<Record<string, string>> {
  if (typeof preview === 'string') return {};
  const refusal = 'refusal' in preview ? preview.refusal : preview.sheet.refusal;
  return messagesByField(refusal?.faults ?? []);
}

function Progress({ sent }: { readonly sent: number }) {
  return (
    <p class="sending">
      <progress aria-label="Upload" max={1} value={sent} />
      {sent < 1 ? <span>{formatShare(sent)} sent</span> : null}
      <span role="status">{sent < 1 ? '' : 'Sent. The service is reading the file.'}</span>
    </p>
  );
}
