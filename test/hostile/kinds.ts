import type { LISTED_IMAGE_CODES } from '../../contract/errorCodes';

export type Outcome = 'succeeds' | (typeof LISTED_IMAGE_CODES)[number];

/** A file that a stranger could link to, and what the service makes of it. */
export interface HostilePicture {
  readonly name: string;
  build(): Buffer | Promise<Buffer>;
  /** For the limits of an installation without settings and the format `keep`. */
  readonly expected: Outcome | readonly Outcome[];
  /** It takes seconds or hundreds of megabytes to build or to process. */
  readonly heavy?: boolean;
}
