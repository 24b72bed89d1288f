/** Limits how many may be in at once for each key, such as connections of an address. */
export interface KeyedLimit {
  /** @returns a function to call once when leaving, or `null` while the key has as many as it may have */
  tryEnter(key: string): (() => void) | null;
}

export function createKeyedLimit(most: number): KeyedLimit {
  const counts = new Map<string, number>();

  return {
    tryEnter(key) {
      const count = counts.get(key) ?? 0;
      if (count >= most) return null;
      counts.set(key, count + 1);
      return () => {
        const left = (counts.get(key) ?? 1) - 1;
        if (left === 0) counts.delete(key);
        else counts.set(key, left);
      };
    },
  };
}
