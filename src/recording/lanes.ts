import { createHash } from 'node:crypto';
import { parseBucketLink } from '../network/bucketLink';
import { isDataLink } from '../network/dataLink';
import { parseSheetLink } from '../network/sheetLink';

/** Bounds the workflow's input and the number of lanes it iterates over. */
const MAX_LANES = 256;

export interface Placement {
  readonly lane: number;
  readonly number: number;
  /** Whether this is the first occurrence of the link. */
  readonly fresh: boolean;
}

export interface LaneAssignment {
  place(link: string): Placement;
  /** Images per lane. */
  sizes(): number[];
}

/**
 * Assigns a lane, and a number within the lane, to every link of an upload: each host or bucket gets a lane in order of
 * appearance; after 256 of them, further ones share lanes by hash. A link seen before keeps its lane and number.
 *
 * Memory grows by about 100 bytes per distinct link (a digest instead of the link), bounded by
 * `MAX_IMAGES_PER_REQUEST`.
 */
export function assignLanes(): LaneAssignment {
  const laneOfHost = new Map<string, number>();
  const sizes: number[] = [];
  const seen = new Map<string, Placement>();

  function laneOf(host: string): number {
    const known = laneOfHost.get(host);
    if (known !== undefined) return known;
    if (sizes.length < MAX_LANES) {
      laneOfHost.set(host, sizes.length);
      sizes.push(0);
      return sizes.length - 1;
    }
    return createHash('sha256').update(host).digest().readUInt32BE() % MAX_LANES;
  }

  return {
    place(link) {
      const digest = createHash('sha256').update(link).digest().toString('latin1', 0, 16);
      const known = seen.get(digest);
      if (known !== undefined) return known;
      const lane = laneOf(hostOf(link));
      const number = sizes[lane] ?? 0;
      sizes[lane] = number + 1;
      seen.set(digest, { lane, number, fresh: false });
      return { lane, number, fresh: true };
    },
    sizes: () => [...sizes],
  };
}

/**
 * Links without a host share a lane: those that cannot be parsed fail at once, and `data:` links need no download, so
 * that they delay no other image.
 */
function hostOf(link: string): string {
  if (isDataLink(link)) return '';
  const bucket = parseBucketLink(link)?.bucket;
  return bucket === undefined ? (parseSheetLink(link)?.host ?? '') : `s3://${bucket}`;
}
