import type { ImageFormat } from '../../contract/formats';
import { CAN_ANIMATE } from './encoders';
import type { Inspected } from './inspect';

/** Returns a note about frames or pages that the result leaves out, or `null`. */
export function noteOf(image: Inspected, target: ImageFormat, frames: number): string | null {
  if (image.framesInFile <= frames) return null;
  const { format, framesInFile: all } = image;
  if (format === 'tiff') return `Only the first of ${all} pages is kept: the result has one page`;
  if (format === 'png' || format === 'avif') {
    return `Only the first of ${all} frames is kept: animations are read from GIF and WebP only`;
  }
  return CAN_ANIMATE.includes(target)
    ? null
    : `Only the first of ${all} frames is kept: animations are written as GIF and WebP only`;
}
