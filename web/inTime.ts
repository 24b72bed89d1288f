const TIMEOUT_MS = 15_000;

/** Aborts with the given signal, or after 15 seconds: a call without an answer is given up, so that no view loads for ever. */
export function inTime(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
}
