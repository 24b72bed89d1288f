#!/usr/bin/env node
import { EXIT } from './exit';
import { runCommandLine } from './run';

const interrupt = new AbortController();
// Every Ctrl-C, so that a second one does not end the command while it removes what it has written.
process.on('SIGINT', () => {
  interrupt.abort();
});
// The reader of the output closed it, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => process.exit(EXIT.failed));
}

void runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  interrupted: interrupt.signal,
}).then((code) => {
  process.exitCode = code;
});
