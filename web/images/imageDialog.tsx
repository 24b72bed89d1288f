import { useEffect, useRef } from 'preact/hooks';
import type { ImageResource } from '../../contract/http/images';
import type { RequestResource } from '../../contract/http/requests';
import { formatNumber } from '../logic/format';
import type { ImageFilter } from '../logic/imageFilter';
import type { Place } from '../logic/imageCursor';
import { hostOf, nameOf } from '../logic/imageNames';
import { Failure } from '../parts/failure';
import { Comparison } from './comparison';
import { ImageFacts } from './imageFacts';
import { Timeline } from './timeline';
import { useImage } from './useImage';

interface Props {
  readonly request: RequestResource;
  readonly filter: ImageFilter;
  readonly place: Place;
  readonly onMove: (to: Place) => void;
  readonly onClose: () => void;
}

/** One image: before and after, its facts and its timeline. */
export function ImageDialog({ request, filter, place, onMove, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = useRef(true);
  const { image, timeline, previous, next, error } = useImage(request, filter, place);

  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => {
      // The browser's Back has closed it: this gives the focus back.
      isShown.current = false;
      current?.close();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class="image-dialog"
      aria-labelledby="image"
      onClose={() => {
        if (isShown.current) onClose();
      }}
    >
      <header>
        <Title place={place} image={image} />
        <div class="buttons">
          <Move to={previous} onMove={onMove}>
            Previous
          </Move>
          <Move to={next} onMove={onMove}>
            Next
          </Move>
          <button type="button" autofocus onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </header>
      {error !== null && <Failure error={error} isRetried />}
      {image === null && error === null && <p role="status">Loading the image…</p>}
      {image !== null && (
        <div class="image-parts">
          <Comparison key={`${image.source_url} ${image.output_url}`} image={image} />
          <div>
            <ImageFacts image={image} />
            {timeline !== null && <Timeline timeline={timeline} image={image} />}
          </div>
        </div>
      )}
    </dialog>
  );
}

interface TitleProps {
  readonly place: Place;
  readonly image: ImageResource | null;
}

function Title({ place: { row, position }, image }: TitleProps) {
  const source = image?.source_url ?? null;
  const host = source === null ? null : hostOf(source);
  return (
    <div>
      <h2 id="image">{source === null ? `Row ${formatNumber(row)}` : nameOf(source)}</h2>
      <p class="quiet">
        {source !== null && `Row ${formatNumber(row)}`}
        {position !== null && `${source === null ? 'Link' : ', link'} ${formatNumber(position)}`}
        {host !== null && `, from ${host}`}
      </p>
    </div>
  );
}

interface MoveProps {
  /** `null` at the end of the list, and until it is known. */
  readonly to: Place | null;
  readonly onMove: (to: Place) => void;
  readonly children: string;
}

/** Not `disabled`: at the end of the list, the focus would be lost. */
function Move({ to, onMove, children }: MoveProps) {
  return (
    <button
      type="button"
      aria-disabled={to === null}
      onClick={() => {
        if (to !== null) onMove({ row: to.row, position: to.position });
      }}
    >
      {children}
    </button>
  );
}
