import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { runMain } from '../process/main';

/** Build step: packs the workflow code for the worker's sandbox, so that no worker bundles at start. */
runMain(async () => {
  const dist = path.join(__dirname, '..', '..');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(dist, 'workflows', 'index.js'),
  });
  await writeFile(path.join(dist, 'workflow-bundle.js'), code);
});
