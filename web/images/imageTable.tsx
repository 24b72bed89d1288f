import type { ImageResource } from '../../contract/http/images';
import { formatBytes, formatNumber, formatShare } from '../logic/format';
import { nameOf } from '../logic/imageNames';
import { IMAGE_LABELS } from '../logic/statuses';
import { CopyButton } from '../parts/copyButton';
import { ImageLink } from './imageLink';
import type { DrawnProps } from './drawn';
import { Thumbnail } from './thumbnail';

/** The drawn images as rows of a table. Styles put the facts below each other where there is no room for columns. */
export function ImageTable({ images, from, length, scrollHeight, offset, ...shared }: DrawnProps) {
  return (
    <div role="table" aria-label="Images" aria-rowcount={length + 1}>
      <div role="rowgroup" class="images-head">
        <div role="row" aria-rowindex={1} class="images-row">
          <span role="columnheader">Row</span>
          <span role="columnheader">Picture</span>
          <span role="columnheader">Image</span>
          <span role="columnheader">Status</span>
          <span role="columnheader">Size</span>
          <span role="columnheader">Attempts</span>
          <span role="columnheader">Link</span>
        </div>
      </div>
      <div class="images-space" style={{ height: `${scrollHeight}px` }}>
        <div role="rowgroup" class="images-drawn" style={{ transform: `translateY(${offset}px)` }}>
          {images.map((image, index) =>
            image === null ? (
              <Unread key={from + index} index={from + index} height={shared.layout.lineHeight} />
            ) : (
              <Row
                key={`${image.row}.${image.position ?? ''}`}
                image={image}
                index={from + index}
                {...shared}
              />
            ),
          )}
        </div>
      </div>
    </div>
  );
}

type RowProps = Omit<DrawnProps, 'images' | 'from' | 'length' | 'scrollHeight' | 'offset'> & {
  readonly image: ImageResource;
  readonly index: number;
};

function Row({ image, index, requestId, layout, pathOf, onOpen }: RowProps) {
  const { row, position, source_url, status, attempts, error, output_url, note } = image;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      class="images-row"
      style={{ height: `${layout.lineHeight}px` }}
    >
      <span role="cell" class="images-place">
        {layout.isNarrow && 'Row '}
        {formatNumber(row)}
        {position !== null && position > 1 && `.${position}`}
      </span>
      <span role="cell" class="images-picture">
        <Thumbnail requestId={requestId} image={image} size={56} />
      </span>
      <span role="cell" class="images-name">
        <ImageLink place={image} pathOf={pathOf} onOpen={onOpen}>
          {source_url === null ? 'No link' : nameOf(source_url)}
        </ImageLink>
        <small>{error?.message ?? note ?? source_url}</small>
      </span>
      <span role="cell" class="images-status">
        <span class={`status ${status}`}>{IMAGE_LABELS[status]}</span>
        {error !== null && <small>{error.code}</small>}
      </span>
      <span role="cell" class="images-size">
        <Size image={image} isNarrow={layout.isNarrow} />
      </span>
      <span role="cell" class="images-attempts">
        {layout.isNarrow ? attemptsText(attempts) : formatNumber(attempts)}
      </span>
      <span role="cell" class="images-copy">
        {output_url !== null && (
          <CopyButton text={output_url} label="Copy link" of={nameOf(source_url ?? output_url)} />
        )}
      </span>
    </div>
  );
}

interface SizeProps {
  readonly image: ImageResource;
  readonly isNarrow: boolean;
}

function Size({ image: { bytes_in, bytes_out }, isNarrow }: SizeProps) {
  if (bytes_in === null || bytes_out === null) return null;
  if (isNarrow) return <small>{`${formatBytes(bytes_in)} → ${formatBytes(bytes_out)}`}</small>;
  return (
    <>
      {formatBytes(bytes_out)}{' '}
      <small>
        of {formatBytes(bytes_in)}
        {bytes_out < bytes_in && ` (−${formatShare(1 - bytes_out / bytes_in)})`}
      </small>
    </>
  );
}

function Unread({ index, height }: { readonly index: number; readonly height: number }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      class="images-row images-unread"
      style={{ height: `${height}px` }}
    >
      <span role="cell" class="images-name">
        <small>Loading…</small>
      </span>
    </div>
  );
}

function attemptsText(attempts: number): string {
  if (attempts === 0) return '';
  return `${formatNumber(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}
