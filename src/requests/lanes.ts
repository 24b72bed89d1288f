import { createHash } from 'node:crypto';
import { parseSheetLink } from '../network/sheetLink';

/** More lanes would make the workflow's input and its rounds longer than any sheet's hosts warrant. */
const MAX_LANES = 256;

export interface Placement {
  readonly lane: number;
  readonly number: number;
  /** Whether the link was not seen before. */
  readonly fresh: boolean;
}

export interface LaneAssignment {
  place(link: string): Placement;
  /** Images per lane. */
  sizes(): number[];
}

/**
 * Gives every link of an upload its lane and its number there: a lane per host in the order of their
 * appearance; once there are 256, further hosts share them by hash. A link seen before keeps its place.
 *
 * Memory grows by about 100 bytes per different link (a digest instead of the link), which
 * `MAX_IMAGES_PER_REQUEST` bounds.
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

/** Links that cannot be parsed share a lane: they fail at once and delay no other. */
function hostOf(link: string): string {
  return parseSheetLink(link)?.host ?? '';
}
