import type { ColourSpace } from '../colours/definitions';

/**
 * The structure of an image file, read without a decoder: whether the file is complete, what it contains besides
 * the picture, and its colours.
 *
 * A walk reads untrusted bytes. It never throws, only moves forward, and stores ranges instead of copies.
 */
export interface Structure {
  /** What is certainly missing or corrupt, to follow the format's name: "ends in the middle of frame 2". */
  readonly fault: string | null;
  /** The likely fault when the walk found none but the decoder fails. */
  readonly suspicion: string;
  /** The name of a valid variant that the decoder may not support: "a JPEG with 12 bits per sample". */
  readonly unusual: string | null;
  /**
   * The file contains only what is needed to show the picture: no comment, no EXIF, XMP or IPTC, no maker notes,
   * no colour profile, no bytes between the parts or after the end. Any part that is not on the format's list of
   * allowed parts makes it `false`.
   */
  readonly isClean: boolean;
  /** The same picture for a strict decoder; the original bytes when they are regular. */
  readonly decodable: Buffer;
  /** The number of frames when the decoder does not count them, as in an APNG. */
  readonly frames: number | null;
  /** The decoder must ignore the profile, as browsers do. */
  readonly ignoresProfile: boolean;
  /** A colour space other than sRGB that the decoder ignores. */
  readonly colourSpace: ColourSpace | null;
  /**
   * Reads every code of the picture data, which is expensive, and returns other bytes to decode, or `null` when a
   * code is wrong or missing. Used when the decoder fails or cannot be trusted to notice missing data.
   */
  readonly readData: (() => Promise<Buffer | null>) | null;
  /** `readData` must run before decoding, because the decoder would not notice all missing data. */
  readonly needsDataCheck: boolean;
  /** Checks that the data contain nothing but the picture, which is expensive; `null` when there is no check. */
  readonly isExact: (() => Promise<boolean>) | null;
}

/** Pictures have at most a few thousand parts. Walking over more would block the event loop. */
export const MAX_PARTS = 100_000;
/** The decoder copies a profile several times. Real ones have at most about three megabytes; larger ones are ignored. */
export const MAX_PROFILE_BYTES = 8_388_608;
export const TOO_MANY_PARTS = `consists of more than ${MAX_PARTS} parts`;
export const DAMAGED = 'has picture data that cannot be decoded';
export const CUT_OFF = 'ends before its picture is complete';

/** Completes what a walk found with the defaults of a regular file. */
export function structure(bytes: Buffer, found: Partial<Structure>): Structure {
  return {
    fault: null,
    suspicion: DAMAGED,
    unusual: null,
    isClean: false,
    decodable: bytes,
    frames: null,
    ignoresProfile: false,
    colourSpace: null,
    readData: null,
    needsDataCheck: false,
    isExact: null,
    ...found,
  };
}
