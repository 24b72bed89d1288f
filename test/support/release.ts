import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const ROOT = path.join(__dirname, '..', '..');

/** Copies this package as another release. @returns its folder */
export async function makeRelease(folder: string, version: string): Promise<string> {
  const root = path.join(folder, version);
  await mkdir(root);
  await cp(path.join(ROOT, 'dist'), path.join(root, 'dist'), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  await writeFile(path.join(root, 'package.json'), JSON.stringify({ version }));
  return root;
}

/** Bundles the changed workflows of `changed.ts`. */
export async function writeChangedBundle(file: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(ROOT, 'test', 'workflows', 'changed.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  await writeFile(file, code);
}
