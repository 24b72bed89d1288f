import { useCallback, useState } from 'preact/hooks';
import { ApiError } from '../../client/errors';
import type { ImageResource, TimelineEntry } from '../../contract/http/images';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi, type Api } from '../api';
import { cursorAt, type Place } from '../logic/imageCursor';
import type { ImageFilter } from '../logic/imageFilter';
import { findNext, findPrevious, type ReadPage } from '../logic/neighbours';
import { usePolling } from '../usePolling';

const PAUSES_MS = { running: 2_000, finished: 10_000 };

/** Images of one call that looks for the next or the previous one. */
const PAGE = 50;

interface Shown {
  readonly image: ImageResource;
  /** `null` for a bad row: nothing happened to it. */
  readonly timeline: readonly TimelineEntry[] | null;
}

interface Neighbours {
  readonly previous: Place | null;
  readonly next: Place | null;
}

interface Loaded<T> {
  readonly place: Place;
  readonly value: T;
}

/** Reads one image, and which ones are beside it in the list. */
export function useImage(
  { request_id, status }: RequestResource,
  filter: ImageFilter,
  place: Place,
) {
  const api = useApi();
  const [shown, setShown] = useState<Loaded<Shown> | null>(null);
  const [beside, setBeside] = useState<Loaded<Neighbours> | null>(null);

  const load = useCallback(
    async (signal: AbortSignal) => {
      setShown({ place, value: await readImage(api, request_id, place, signal) });
    },
    [api, request_id, place],
  );
  const error = usePolling(load, PAUSES_MS[isFinished(status) ? 'finished' : 'running']);

  const loadBeside = useCallback(
    async (signal: AbortSignal) => {
      const read: ReadPage = (cursor) =>
        api.imagesPage(request_id, { ...filter, cursor, limit: PAGE, signal });
      const [previous, next] = await Promise.all([
        findPrevious(read, place),
        findNext(read, place),
      ]);
      setBeside({ place, value: { previous, next } });
    },
    [api, request_id, filter, place],
  );
  const besideError = usePolling(loadBeside, PAUSES_MS.finished);

  return {
    ...valueAt(shown, place, { image: null, timeline: null }),
    ...valueAt(beside, place, { previous: null, next: null }),
    error: error ?? besideError,
  };
}

/** What was loaded for another image is not shown for this one. */
function valueAt<T>(loaded: Loaded<T> | null, place: Place, otherwise: T): T;
function valueAt<T, U>(loaded: Loaded<T> | null, place: Place, otherwise: U): T | U;
function valueAt<T, U>(loaded: Loaded<T> | null, place: Place, otherwise: U): T | U {
  return loaded?.place === place ? loaded.value : otherwise;
}

async function readImage(
  api: Api,
  requestId: string,
  place: Place,
  signal: AbortSignal,
): Promise<Shown> {
  if (place.position !== null) {
    const { timeline, ...image } = await api.image(requestId, place.row, place.position, {
      signal,
    });
    return { image, timeline };
  }
  const cursor = cursorAt(place);
  const { images } = await api.imagesPage(requestId, { cursor, limit: 1, signal });
  const image = images.find(({ row }) => row === place.row);
  // As the service answers for an image.
  if (image === undefined) throw new ApiError(404, 'Row not found', null);
  return { image, timeline: null };
}
