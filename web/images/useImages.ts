import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi } from '../api';
import { inTime } from '../inTime';
import { createChunks, type Expected } from '../logic/imageChunks';
import type { ImageFilter } from '../logic/imageFilter';
import { createImageReader, type ImageReader, type Images } from '../logic/imageReader';
import { rest } from '../rest';

/** Images of one call. */
const PAGE = 200;

/** Before a failed call is repeated, and before visible images of a running request are read again. */
const PAUSE_MS = 2_000;

interface Followed {
  readonly images: Images;
  readonly error: unknown;
  /** `null` before the first effect. */
  readonly reader: ImageReader | null;
}

/**
 * Reads the images of a request where they are shown, and again while it runs. Another filter needs another component:
 * the list begins anew.
 */
export function useImages(
  { request_id, round, counts, sheet, status }: RequestResource,
  filter: ImageFilter,
  { count, isExact }: Expected,
): Followed {
  const api = useApi();
  const expected = useMemo(() => ({ count, isExact }), [count, isExact]);
  const [empty] = useState<Images>(() => createChunks(sheet.rows, counts.total, expected));
  const [images, setImages] = useState(empty);
  const [error, setError] = useState<unknown>(null);
  const [reader, setReader] = useState<ImageReader | null>(null);

  useEffect(() => {
    const created = createImageReader(
      {
        read: (cursor, signal) =>
          api.imagesPage(request_id, {
            ...filter,
            limit: PAGE,
            cursor,
            signal: inTime(signal),
          }),
        onChange: setImages,
        onError: setError,
        pauseMs: PAUSE_MS,
      },
      empty,
    );
    setReader(created);
    return created.close;
  }, [api, request_id, filter, empty]);

  useEffect(() => {
    reader?.expect(expected);
  }, [reader, expected]);

  const { succeeded, failed } = counts;
  useEffect(() => {
    reader?.refresh();
  }, [reader, round, status, succeeded, failed]);

  const isRunning = !isFinished(status);
  useEffect(() => {
    if (!isRunning || reader === null) return;
    const closed = new AbortController();
    // Attempts and errors change before counts do.
    void refreshUntilClosed(reader, closed.signal);
    return () => {
      closed.abort();
    };
  }, [reader, isRunning]);

  return { images, error, reader };
}

async function refreshUntilClosed(reader: ImageReader, signal: AbortSignal): Promise<void> {
  for (;;) {
    await rest(PAUSE_MS, signal);
    if (signal.aborted) return;
    reader.refresh();
  }
}
