/** Limits the deliveries in progress to one receiver, so that one that hangs does not use up a worker's slots. */
export interface ReceiverLimit {
  /** @returns a function that ends the delivery, or `null` while the receiver has as many as it may have */
  tryBegin(url: string): (() => void) | null;
}

/** @param most deliveries at once to the same host and port */
export function createReceiverLimit(most: number): ReceiverLimit {
  const inProgress = new Map<string, number>();

  return {
    tryBegin(url) {
      const receiver = URL.canParse(url) ? new URL(url).host : '';
      const count = inProgress.get(receiver) ?? 0;
      if (count >= most) return null;
      inProgress.set(receiver, count + 1);
      return () => {
        const left = (inProgress.get(receiver) ?? 1) - 1;
        if (left === 0) inProgress.delete(receiver);
        else inProgress.set(receiver, left);
      };
    },
  };
}
