import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { useLocation, useRoute, useSearch } from 'wouter-preact';
import type { FailureGroup } from '../../contract/http/failures';
import type { RequestResource } from '../../contract/http/requests';
import { expectedOf, readFilter, writeFilter, type ImageFilter } from '../logic/imageFilter';
import type { Place } from '../logic/imageCursor';
import '../styles/images.css';
import { Filters } from './filters';
import { ImageDialog } from './imageDialog';
import { ImageList } from './imageList';
import { useImageView, ViewSwitch } from './viewSwitch';

/** In the history, of an image that was opened from the list: closing it goes back there. */
const FROM_LIST = 'from list';

interface Props {
  readonly request: RequestResource;
  /** Codes and hosts to filter by. They only suggest, so the list is complete without them. */
  readonly groups: readonly FailureGroup[];
}

/** The images of a request, with filters, and each of them in a dialog. */
export function Images({ request, groups }: Props) {
  const { request_id, counts, sheet } = request;
  const search = useSearch();
  const [, navigate] = useLocation();
  const filter = useMemo(() => readFilter(search), [search]);
  const query = writeFilter(filter);
  const [view, setView] = useImageView();
  const place = useOpenPlace();
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shownQuery = useRef(query);

  useEffect(() => {
    if (query === shownQuery.current) return;
    // A link elsewhere on the page has set the filter.
    shownQuery.current = query;
    section.current?.scrollIntoView();
    heading.current?.focus({ preventScroll: true });
  }, [query]);

  const isOpen = place !== null;
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    // The focus is already back where it was, unless that is no longer there.
    if (wasOpen.current && !isOpen && document.activeElement === document.body) {
      heading.current?.focus();
    }
    wasOpen.current = isOpen;
  }, [isOpen]);

  function setFilter(next: ImageFilter) {
    shownQuery.current = writeFilter(next);
    navigate(`/requests/${request_id}${shownQuery.current}`, { replace: true });
  }

  const pathOf = useCallback(
    ({ row, position }: Place) =>
      `/requests/${request_id}/images/${row}${position === null ? '' : `/${position}`}${query}`,
    [request_id, query],
  );
  const open = useCallback(
    (place: Place) => {
      navigate(pathOf(place), { state: FROM_LIST });
    },
    [navigate, pathOf],
  );
  function close() {
    if (history.state === FROM_LIST) history.back();
    else navigate(`/requests/${request_id}${query}`, { replace: true });
  }

  return (
    <section ref={section} class="card images" aria-labelledby="images">
      <div class="heading">
        <h2 ref={heading} id="images" tabIndex={-1}>
          Images
        </h2>
        <ViewSwitch view={view} onChange={setView} />
      </div>
      <Filters filter={filter} counts={counts} groups={groups} onChange={setFilter} />
      <ImageList
        // Another filter is another list; its rows are only known when the upload has been read.
        key={`${query} ${sheet.rows}`}
        request={request}
        filter={filter}
        expected={expectedOf(filter, counts, groups)}
        view={view}
        pathOf={pathOf}
        onOpen={open}
      />
      {place !== null && (
        <ImageDialog
          request={request}
          filter={filter}
          place={place}
          onMove={(to) => {
            navigate(pathOf(to), { replace: true, state: history.state as unknown });
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

/** The image that the address names; `null` when it names none. */
function useOpenPlace(): Place | null {
  const [, params] = useRoute('/requests/:id/images/:row/:position?');
  const { row, position } = params ?? { row: undefined, position: undefined };
  const isPlace = /^\d{1,9}$/.test(row ?? '') && /^\d{1,9}$/.test(position ?? '1');
  return useMemo(
    () =>
      isPlace
        ? { row: Number(row), position: position === undefined ? null : Number(position) }
        : null,
    [isPlace, row, position],
  );
}
