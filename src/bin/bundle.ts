import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { runMain, say } from '../process/main';

/** Build step: packs the workflow code for the worker's sandbox, so that no worker bundles at start. */
runMain(async () => {
  const dist = path.join(__dirname, '..', '..');
  const { code } = await showingFaults((logger) =>
    bundleWorkflowCode({ workflowsPath: path.join(dist, 'workflows', 'index.js'), logger }),
  );
  await writeFile(path.join(dist, 'workflow-bundle.js'), code);
});

/** Runs a bundler whose output is shown, all of it, only when it warns or fails. */
async function showingFaults<T>(bundle: (logger: DefaultLogger) => Promise<T>): Promise<T> {
  const lines: string[] = [];
  let isWell = true;
  const logger = new DefaultLogger('TRACE', ({ level, message }) => {
    lines.push(message);
    if (level === 'WARN' || level === 'ERROR') isWell = false;
  });
  try {
    return await bundle(logger);
  } catch (error) {
    isWell = false;
    throw error;
  } finally {
    if (!isWell) lines.forEach(say);
  }
}
