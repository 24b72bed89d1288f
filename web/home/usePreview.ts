import { useEffect, useState } from 'preact/hooks';
import type { UploadFields } from '../../contract/http/uploads';
import type { FilePreview } from '../logic/preview';

/** Without a preview: it is being made, the browser cannot read the file, or the code for it cannot be loaded. */
export type PreviewState = FilePreview | 'reading' | 'unreadable' | 'unavailable';

/** Typing in a field should not read the file with every letter. */
const PAUSE_MS = 200;

/** Reads the head of the chosen file, again with every change of the options that matter for it. */
export function usePreview(file: File | null, fields: UploadFields): PreviewState {
  const [state, setState] = useState<PreviewState>('reading');
  const { link_columns, base_url, encoding, strict } = fields;

  useEffect(() => {
    setState('reading');
  }, [file]);

  useEffect(() => {
    if (file === null) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      void read(file, { link_columns, base_url, encoding, strict }).then((next) => {
        if (isCurrent) setState(next);
      });
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [file, link_columns, base_url, encoding, strict]);

  return state;
}

async function read(file: File, fields: UploadFields): Promise<PreviewState> {
  const reader = await import('../logic/preview').catch(() => null);
  if (reader === null) return 'unavailable';
  return reader.previewFile(file, fields).catch(() => 'unreadable' as const);
}
