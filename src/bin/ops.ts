import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readConfig } from '../config';
import { runMain, stopSignal } from '../process/main';
import { runCommandLine } from '../ops/commands';
import { EXIT } from '../ops/exit';

/** `npm run ops -- …`: the operator's commands. They use the servers that the environment names. */
runMain(async () => {
  // In `ops list | head` the reader closes the pipe early. Work that was being watched continues.
  for (const output of [process.stdout, process.stderr]) {
    output.once('error', () => process.exit(EXIT.brokenPipe));
  }
  const code = await runCommandLine(process.argv.slice(2), {
    config: readConfig,
    terminal: {
      out: process.stdout,
      err: process.stderr,
      interrupted: stopSignal,
      ask,
    },
    workflowBundle: path.join(__dirname, '..', '..', 'workflow-bundle.js'),
  });
  // Writes to a pipe are asynchronous; exiting at once would truncate the output.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(code);
});

async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D close the question and do not count as consent.
    const closed = new Promise<string>((resolve) => {
      lines.once('close', () => {
        resolve('');
      });
    });
    return await Promise.race([lines.question(question), closed]);
  } finally {
    lines.close();
  }
}
