import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ImageResource, ImagesPage } from '../../contract/http/images';
import type { ImageStatus } from '../../contract/statuses';
import { useApi } from '../api';

const PAGE = 200;

/** How often visible images are read again while the request runs. */
const REFRESH_MS = 2_000;

interface LoadedPage {
  readonly cursor: string | null;
  readonly images: readonly ImageResource[];
}

interface Images {
  /** `null` until the first page is there. */
  readonly images: readonly ImageResource[] | null;
  readonly hasMore: boolean;
  readonly error: unknown;
  /** Loads the page behind the loaded ones; does nothing while one is on its way. */
  readonly loadMore: () => void;
  /** Tells which row is the first that is visible: its page is read again when the request changes. */
  readonly setTop: (row: number) => void;
}

/** Reads the images of a request page by page, as far as they are scrolled to. */
export function useImages(id: string, status: ImageStatus | undefined, state: string): Images {
  const api = useApi();
  const [pages, setPages] = useState<readonly LoadedPage[]>([]);
  const [next, setNext] = useState<string | null>('');
  const [error, setError] = useState<unknown>(null);
  const isLoading = useRef(false);
  const top = useRef(0);
  const latest = useRef(pages);
  latest.current = pages;

  const read = useCallback(
    async (cursor: string | null): Promise<ImagesPage> =>
      await api.imagesPage(id, { status, limit: PAGE, cursor: cursor ?? undefined }),
    [api, id, status],
  );

  const load = useCallback(
    async (cursor: string | null) => {
      if (isLoading.current) return;
      isLoading.current = true;
      try {
        const page = await read(cursor);
        setPages((known) => [...known, { cursor, images: page.images }]);
        setNext(page.next_cursor);
        setError(null);
      } catch (failure) {
        setError(failure);
      } finally {
        isLoading.current = false;
      }
    },
    [read],
  );

  useEffect(() => {
    const timer = setTimeout(
      () => {
        const at = Math.min(Math.floor(top.current / PAGE), latest.current.length - 1);
        const shown = latest.current[at];
        if (shown === undefined) void load(null);
        else void again(at, shown.cursor);
      },
      latest.current.length === 0 && error === null ? 0 : REFRESH_MS,
    );
    return () => {
      clearTimeout(timer);
    };

    async function again(at: number, cursor: string | null) {
      try {
        const { images, next_cursor } = await read(cursor);
        setPages((known) => known.map((page, index) => (index === at ? { cursor, images } : page)));
        if (at === latest.current.length - 1) setNext(next_cursor);
        setError(null);
      } catch (failure) {
        setError(failure);
      }
    }
  }, [state, read, load, error]);

  const images = useMemo(
    () => (pages.length === 0 ? null : pages.flatMap((page) => page.images)),
    [pages],
  );

  return {
    images,
    hasMore: next !== null,
    error,
    loadMore: useCallback(() => {
      if (next !== null && next !== '') void load(next);
    }, [load, next]),
    setTop: useCallback((row: number) => {
      top.current = row;
    }, []),
  };
}
