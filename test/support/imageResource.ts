import type { ImageResource } from '../../contract/http/images';

/** An entry of the list of images without an output, as of an image that failed. */
export const imageResource = (fields: Partial<ImageResource>): ImageResource => ({
  row: 1,
  position: 1,
  source_url: null,
  status: 'failed',
  attempts: 0,
  error: null,
  output_url: null,
  bytes_in: null,
  bytes_out: null,
  width: null,
  height: null,
  format: null,
  note: null,
  ...fields,
});
