import { parseUrl } from '../../contract/url';
import { createKeyedLimit } from '../keyedLimit';

/** Limits the deliveries in progress to one receiver, so that one that hangs does not use up a worker's slots. */
export interface ReceiverLimit {
  /** @returns a function that ends the delivery, or `null` while the receiver has as many as it may have */
  tryBegin(url: string): (() => void) | null;
}

/** @param most deliveries at once to the same host and port */
export function createReceiverLimit(most: number): ReceiverLimit {
  const inProgress = createKeyedLimit(most);

  return {
    tryBegin: (url) => inProgress.tryEnter(parseUrl(url)?.host ?? ''),
  };
}
