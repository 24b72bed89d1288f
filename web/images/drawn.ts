import type { ImageResource } from '../../contract/http/images';
import type { Place } from '../logic/imageCursor';
import type { ImageLayout } from '../logic/imageLayout';

/** What a table or a grid needs to draw a part of a list. */
export interface DrawnProps {
  readonly requestId: string;
  /** The drawn ones; `null` for each that is not read yet. */
  readonly images: readonly (ImageResource | null)[];
  /** Index of the first of them in the list. */
  readonly from: number;
  /** Of the whole list. */
  readonly length: number;
  readonly layout: ImageLayout;
  /** Height of the whole list, in pixels. */
  readonly scrollHeight: number;
  /** Where the first drawn line is in it. */
  readonly offset: number;
  readonly pathOf: (place: Place) => string;
  readonly onOpen: (place: Place) => void;
}
