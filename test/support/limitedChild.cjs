const { Buffer } = require('node:buffer');

/** A process for tests of limits: does what each message says, then answers. */
const held = [];

process.on('message', async ({ spin, burnSeconds, allocate, exit, print, answer }) => {
  if (exit !== undefined) process.exit(exit);
  if (allocate !== undefined) held.push(Buffer.alloc(allocate, 1));
  if (print !== undefined) process.stderr.write(print);
  while (process.cpuUsage().user < (burnSeconds ?? 0) * 1e6);
  // Blocks the process, as native code does.
  while (spin);
  if (answer !== undefined) process.send(answer);
});
