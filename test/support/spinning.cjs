/** A process that never answers. */
process.on('message', () => {
  while (true);
});
