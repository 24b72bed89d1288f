import type { ImageResource } from '../../contract/http/images';
import { formatBytes, formatNumber } from '../logic/format';
import { nameOf } from '../logic/imageNames';
import { IMAGE_LABELS } from '../logic/statuses';
import { CopyButton } from '../parts/copyButton';
import type { DrawnProps } from './drawn';
import { ImageLink } from './imageLink';
import { Thumbnail } from './thumbnail';

/** The drawn images as cards. */
export function ImageGrid({ images, from, length, scrollHeight, offset, ...shared }: DrawnProps) {
  const { columns, lineHeight } = shared.layout;
  return (
    <div class="images-space" style={{ height: `${scrollHeight}px` }}>
      <ul
        role="list"
        aria-label="Images"
        class="images-drawn images-grid"
        style={{
          transform: `translateY(${offset}px)`,
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          gridAutoRows: `${lineHeight}px`,
        }}
      >
        {images.map((image, index) => (
          <li
            key={image === null ? from + index : `${image.row}.${image.position ?? ''}`}
            aria-setsize={length}
            aria-posinset={from + index + 1}
          >
            {image === null ? (
              <p class="images-card images-unread">Loading…</p>
            ) : (
              <Card image={image} {...shared} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

type CardProps = Pick<DrawnProps, 'requestId' | 'pathOf' | 'onOpen'> & {
  readonly image: ImageResource;
};

function Card({ image, requestId, pathOf, onOpen }: CardProps) {
  const { row, source_url, status, attempts, error, output_url, bytes_in, bytes_out } = image;
  const name = source_url === null ? `Row ${formatNumber(row)}: no link` : nameOf(source_url);
  return (
    <div class="images-card">
      <Thumbnail requestId={requestId} image={image} size={112} />
      <ImageLink place={image} pathOf={pathOf} onOpen={onOpen}>
        {name}
      </ImageLink>
      <span class={`status ${status}`}>{error?.code ?? IMAGE_LABELS[status]}</span>
      <span class="quiet">
        {error?.message}
        {bytes_in !== null &&
          bytes_out !== null &&
          `${formatBytes(bytes_in)} → ${formatBytes(bytes_out)}`}
      </span>
      <span class="quiet">{attempts > 1 && `${formatNumber(attempts)} attempts`}</span>
      {output_url !== null && (
        <div class="images-card-foot">
          <CopyButton text={output_url} label="Copy link" of={name} />
        </div>
      )}
    </div>
  );
}
