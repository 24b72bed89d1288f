import type { ComponentChildren } from 'preact';
import type { ImageResource } from '../../contract/http/images';
import { formatBytes, formatNumber, formatPixels, formatShare } from '../logic/format';
import { originalUrlOf } from '../logic/imageNames';
import { IMAGE_LABELS } from '../logic/statuses';
import { CopyButton } from '../parts/copyButton';

export function ImageFacts({ image }: { readonly image: ImageResource }) {
  const { source_url, status, attempts, error, output_url, bytes_in, bytes_out } = image;
  const { format, note } = image;
  const pixels = formatPixels(image);
  const original = source_url === null ? null : originalUrlOf(source_url);
  return (
    <>
      {error !== null && (
        <p class="failure">
          <strong>{error.code}</strong> {error.message}
        </p>
      )}
      <dl class="facts">
        <Fact name="Status">
          <span class={`status ${status}`}>{IMAGE_LABELS[status]}</span>
        </Fact>
        <Fact name="Attempts">{formatNumber(attempts)}</Fact>
        {bytes_in !== null && <Fact name="Before">{formatBytes(bytes_in)}</Fact>}
        {bytes_in !== null && bytes_out !== null && (
          <Fact name="After">
            {formatBytes(bytes_out)}
            {bytes_out < bytes_in && ` (${formatShare(1 - bytes_out / bytes_in)} less)`}
          </Fact>
        )}
        {pixels !== null && <Fact name="Size">{pixels}</Fact>}
        {format !== null && <Fact name="Format">{format}</Fact>}
        {note !== null && <Fact name="Note">{note}</Fact>}
        {source_url !== null && <Fact name="Link in the file">{source_url}</Fact>}
      </dl>
      <div class="buttons">
        {output_url !== null && (
          <>
            <a class="button" href={output_url} target="_blank" rel="noreferrer">
              Open compressed
            </a>
            <CopyButton text={output_url} label="Copy link" />
          </>
        )}
        {original !== null && (
          <a class="button" href={original} target="_blank" rel="noreferrer">
            Open original
          </a>
        )}
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
