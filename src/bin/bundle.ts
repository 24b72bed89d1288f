import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { runMain, say } from '../process/main';

/** Build step: bundles the workflow code for the worker's sandbox, so that a worker need not do it when it starts. */
runMain(async () => {
  const dist = path.join(__dirname, '..', '..');
  const { code } = await withOutputOnFailure((logger) =>
    bundleWorkflowCode({ workflowsPath: path.join(dist, 'workflows', 'index.js'), logger }),
  );
  await writeFile(path.join(dist, 'workflow-bundle.js'), code);
});

/** Runs a bundler and prints its whole output, but only when it warns or fails. */
async function withOutputOnFailure<T>(bundle: (logger: DefaultLogger) => Promise<T>): Promise<T> {
  const lines: string[] = [];
  let hasFault = false;
  const logger = new DefaultLogger('TRACE', ({ level, message }) => {
    lines.push(message);
    if (level === 'WARN' || level === 'ERROR') hasFault = true;
  });
  try {
    return await bundle(logger);
  } catch (error) {
    hasFault = true;
    throw error;
  } finally {
    if (hasFault) lines.forEach(say);
  }
}
