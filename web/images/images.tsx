import { useEffect, useRef, useState } from 'preact/hooks';
import type { Counts } from '../../contract/counts';
import type { ImageResource } from '../../contract/http/images';
import { IMAGE_STATUSES, type ImageStatus } from '../../contract/statuses';
import { formatBytes, formatNumber } from '../logic/format';
import { rowWindow } from '../logic/rowWindow';
import { IMAGE_LABELS } from '../logic/statuses';
import { Failure } from '../parts/failure';
import { useImages } from './useImages';

/** In pixels, as in the styles. */
const ROW_HEIGHT = 56;
const HEIGHT = 560;

interface Props {
  readonly id: string;
  readonly counts: Counts;
  /** Changes whenever images have changed. */
  readonly state: string;
}

/** The images of a request, with a filter by status. */
export function Images({ id, counts, state }: Props) {
  const [status, setStatus] = useState<ImageStatus | undefined>(undefined);
  return (
    <section class="card" aria-labelledby="images">
      <div class="heading">
        <h2 id="images">Images</h2>
        <label class="inline">
          Status
          <select
            value={status ?? ''}
            onChange={({ currentTarget }) => {
              setStatus(IMAGE_STATUSES.find((one) => one === currentTarget.value));
            }}
          >
            <option value="">All ({formatNumber(counts.total)})</option>
            {IMAGE_STATUSES.map((one) => (
              <option key={one} value={one}>
                {IMAGE_LABELS[one]} ({formatNumber(counts[one])})
              </option>
            ))}
          </select>
        </label>
      </div>
      <ImageTable key={status ?? ''} id={id} status={status} state={state} />
    </section>
  );
}

interface TableProps {
  readonly id: string;
  readonly status: ImageStatus | undefined;
  readonly state: string;
}

function ImageTable({ id, status, state }: TableProps) {
  const { images, hasMore, error, loadMore, setTop } = useImages(id, status, state);
  const [scrolled, setScrolled] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const count = images?.length ?? 0;
  const { from, to } = rowWindow(scrolled, HEIGHT, ROW_HEIGHT, count);

  useEffect(() => {
    setTop(Math.floor(scrolled / ROW_HEIGHT));
    if (hasMore && to === count) loadMore();
  }, [scrolled, to, count, hasMore, loadMore, setTop]);

  if (images === null) {
    return error === null ? (
      <p role="status">Loading the images…</p>
    ) : (
      <Failure error={error} isRetried />
    );
  }
  if (count === 0) {
    return (
      <p class="empty">{status === undefined ? 'No images yet.' : 'No image has this status.'}</p>
    );
  }
  return (
    <>
      {error !== null && <Failure error={error} isRetried />}
      <div
        ref={box}
        class="scroller"
        role="region"
        aria-label="Table of images"
        tabIndex={0}
        onScroll={({ currentTarget }) => {
          setScrolled(currentTarget.scrollTop);
        }}
      >
        <table aria-rowcount={hasMore ? -1 : count + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">Row</th>
              <th scope="col">Image</th>
              <th scope="col">Status</th>
              <th scope="col" class="size">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            <Spacer height={from * ROW_HEIGHT} />
            {images.slice(from, to).map((image, index) => (
              <ImageRow key={`${image.row} ${image.position}`} image={image} index={from + index} />
            ))}
            <Spacer height={(count - to) * ROW_HEIGHT} />
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Takes the place of rows that are not drawn. */
function Spacer({ height }: { readonly height: number }) {
  return height === 0 ? null : (
    <tr aria-hidden="true" class="spacer" style={{ height: `${height}px` }} />
  );
}

function ImageRow({ image, index }: { readonly image: ImageResource; readonly index: number }) {
  const { row, position, source_url, status, error, output_url, bytes_in, bytes_out, note } = image;
  return (
    <tr aria-rowindex={index + 2}>
      <td>
        {formatNumber(row)}
        {position !== null && position > 1 && `.${position}`}
      </td>
      <td class="link">
        <span>{source_url ?? 'No link'}</span>
        <small>{error?.message ?? note ?? ''}</small>
      </td>
      <td>
        {output_url === null ? (
          <span class={`status ${status}`}>{IMAGE_LABELS[status]}</span>
        ) : (
          <a href={output_url} target="_blank" rel="noreferrer">
            {IMAGE_LABELS[status]}
          </a>
        )}
        {error !== null && <small>{error.code}</small>}
      </td>
      <td class="size">
        {bytes_in !== null && bytes_out !== null && (
          <>
            {formatBytes(bytes_out)}
            <small>of {formatBytes(bytes_in)}</small>
          </>
        )}
      </td>
    </tr>
  );
}
