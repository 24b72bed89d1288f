/** Ports from the first to the last, inclusive. */
export type PortRange = readonly [first: number, last: number];

const MAX_PORT = 65_535;

/** Parses `443` or `1024-65535`. @returns `null` for anything else */
export function parsePortRange(text: string): PortRange | null {
  const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(low), Number(high)];
  return first >= 1 && first <= last && last <= MAX_PORT ? [first, last] : null;
}

export function isInRanges(port: number, ranges: readonly PortRange[]): boolean {
  return ranges.some(([first, last]) => port >= first && port <= last);
}

/** Returns the port that a URL leads to. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

export function formatRanges(ranges: readonly PortRange[]): string {
  return ranges
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join(', ');
}
