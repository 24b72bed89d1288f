import { createHash } from 'node:crypto';
import { linkHostOf } from '../network/linkHost';
import { createLinkIndex } from './linkIndex';

/** Bounds the workflow's input and the number of lanes it iterates over. */
const MAX_LANES = 256;

export interface Placement {
  readonly lane: number;
  readonly number: number;
  /** Occurrences of the link so far; 1 for the first. */
  readonly count: number;
}

export interface LaneAssignment {
  place(link: string): Placement;
  /** Images per lane. */
  sizes(): number[];
  /** Yields the links that occurred more than once. */
  repeated(): Generator<Placement>;
}

/**
 * Assigns a lane, and a number within the lane, to every link of an upload: each host or bucket gets a lane in order of
 * appearance; after 256 of them, further ones share lanes by hash. A link seen before keeps its lane and number. The
 * same links in the same order always get the same lanes and numbers.
 */
export function assignLanes(): LaneAssignment {
  const laneOfHost = new Map<string, number>();
  const sizes: number[] = [];
  const index = createLinkIndex();

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

  function nextIn(lane: number): number {
    const number = sizes[lane] ?? 0;
    sizes[lane] = number + 1;
    return number * MAX_LANES + lane;
  }

  return {
    // Links without a host share a lane: those that cannot be parsed fail at once, and `data:` links need no download, so
    // that they delay no other image.
    place: (link) => placementOf(index.add(link, () => nextIn(laneOf(linkHostOf(link) ?? '')))),
    sizes: () => [...sizes],
    *repeated() {
      for (const link of index.links()) if (link.count > 1) yield placementOf(link);
    },
  };
}

function placementOf({ value, count }: { value: number; count: number }): Placement {
  return { lane: value % MAX_LANES, number: Math.floor(value / MAX_LANES), count };
}
