/** One message for when a server can be had by none of the ways: what was tried, and what would help. */
export function provisioningError(
  server: string,
  failures: readonly string[],
  remedies: readonly string[],
): Error {
  return new Error(
    [
      `No way to start ${server} was open. Tried:`,
      ...failures.map((failure) => `  - ${failure}`),
      'Do one of these:',
      ...remedies.map((remedy) => `  - ${remedy}`),
    ].join('\n'),
  );
}
