const { Buffer } = require('node:buffer');

/** A process for tests of limits: does what each message says, then answers. */
const held = [];

process.on('message', async ({ spin, allocate, exit, answer }) => {
  if (exit !== undefined) process.exit(exit);
  if (allocate !== undefined) held.push(Buffer.alloc(allocate, 1));
  // Blocks the process, as native code does.
  while (spin);
  if (answer !== undefined) process.send(answer);
});
