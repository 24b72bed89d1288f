import type { Meaning } from '../colours/definitions';
import type { Pause } from '../inSlices';

/**
 * What the bytes of a picture say about themselves, read without a decoder: whether they are complete, what
 * stands in them besides the picture, and in which colours it is.
 *
 * A walk takes hostile bytes: it never throws, goes forward only, and holds on to ranges rather than copies.
 */
export interface Structure {
  /** What is missing or broken for certain, told of the format: "ends in the middle of frame 2". */
  readonly fault: string | null;
  /** What to say when the walk found no fault and the decoder refuses. */
  readonly suspicion: string;
  /** What the picture is when the decoder may be unable to decode its kind: "a JPEG of 12 bits a sample". */
  readonly unusual: string | null;
  /**
   * Nothing but what it takes to show the picture: no comment, no EXIF, XMP or IPTC, no maker's data, no colour
   * profile, no bytes between the parts or behind the end. Whatever is not on the format's list of allowed
   * parts makes it `false`.
   */
  readonly isClean: boolean;
  /** The same picture in the form that a strict decoder takes: the bytes themselves wherever they are regular. */
  readonly decodable: Buffer;
  /** Pictures that the decoder does not count: the frames of an APNG. */
  readonly frames: number | null;
  /** The decoder is to show the picture without its profile, as browsers do. */
  readonly ignoresProfile: boolean;
  /** Colours other than sRGB that the file describes in a way which the decoder reads past. */
  readonly meaning: Meaning | null;
  /**
   * Reads every code of the picture's data, which is costly, and gives another form to decode; `null` when a code is
   * wrong or missing. Worth while when the decoder refuses.
   */
  readonly readData: ((pause: Pause) => Promise<Buffer | null>) | null;
  /** The data have to be read before: the decoder does not notice all that may be missing. */
  readonly isDoubtful: boolean;
  /** Whether the data have room for nothing but the picture, which is costly to find out; `null`: it is not looked at. */
  readonly isExact: ((pause: Pause) => Promise<boolean>) | null;
}

/** Pictures have some thousands at most. More would hold up all else while they are walked over. */
export const MAX_PARTS = 100_000;
export const TOO_MANY_PARTS = `consists of more than ${MAX_PARTS} parts`;
export const DAMAGED = 'has picture data that cannot be decoded';
export const CUT_OFF = 'ends before its picture is complete';

/** The defaults of a walk that found nothing to remark. */
export function structure(bytes: Buffer, found: Partial<Structure>): Structure {
  return {
    fault: null,
    suspicion: DAMAGED,
    unusual: null,
    isClean: false,
    decodable: bytes,
    frames: null,
    ignoresProfile: false,
    meaning: null,
    readData: null,
    isDoubtful: false,
    isExact: null,
    ...found,
  };
}
