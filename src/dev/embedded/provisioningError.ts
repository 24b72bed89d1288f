/** Returns one error that says that a server cannot be provided, what was tried, and what would help. */
export function provisioningError(
  server: string,
  failures: readonly string[],
  remedies: readonly string[],
): Error {
  return new Error(
    [
      `Could not provide ${server}. Tried:`,
      ...failures.map((failure) => `  - ${failure}`),
      'Do one of these:',
      ...remedies.map((remedy) => `  - ${remedy}`),
    ].join('\n'),
  );
}
