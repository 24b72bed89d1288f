import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { installQuietRuntime, replay, type NamedHistory } from '../../src/temporal/replay';
import {
  BULK_OPERATION_WORKFLOW,
  BULK_RETRY_WORKFLOW,
  IMAGE_REQUEST_WORKFLOW,
  RECONCILE_WORKFLOW,
  RECONCILER_WORKFLOW,
  REMOVE_EXPIRED_WORKFLOW,
  RETENTION_WORKFLOW,
} from '../../workflows/names';
import { parseHistory } from '../histories/file';
import { writeChangedBundle } from '../support/release';
import { withFolder } from '../support/temporaryFile';

installQuietRuntime();

const FOLDER = path.join(__dirname, '..', 'histories');
const BUNDLE = path.join(__dirname, '..', '..', 'dist', 'workflow-bundle.js');

const WHAT_TO_DO = `
The workflow code no longer replays these histories. After a deploy, such runs would be stuck, retrying their
workflow task. Guard the change with patched() of @temporalio/workflow (CONTRIBUTING.md, "Changing a workflow").
Record new histories with \`npm run histories\` only when no run of an older release can still be open.
`;

async function histories(): Promise<NamedHistory[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json'));
  return Promise.all(
    files.map(async (file) => ({
      name: path.basename(file, '.json'),
      history: parseHistory(await readFile(path.join(FOLDER, file), 'utf8')),
    })),
  );
}

/** Returns the message for developers, which is empty when every history replays. */
function faults(outcomes: Awaited<ReturnType<typeof replay>>): string {
  const lines = outcomes.flatMap(({ name, deviation }) =>
    deviation === null ? [] : [`  test/histories/${name}.json: ${deviation}`],
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n${WHAT_TO_DO}`;
}

describe('The recorded histories', () => {
  it('replay with the current workflow code', async () => {
    const recorded = await histories();
    const outcomes = await replay(BUNDLE, recorded);
    expect(faults(outcomes)).toBe('');
    expect(outcomes).toHaveLength(recorded.length);
  });

  it('cover every workflow', async () => {
    const types = (await histories()).map(
      ({ history: { events } }) =>
        events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name,
    );
    expect(new Set(types)).toEqual(
      new Set([
        IMAGE_REQUEST_WORKFLOW,
        BULK_OPERATION_WORKFLOW,
        BULK_RETRY_WORKFLOW,
        RECONCILE_WORKFLOW,
        REMOVE_EXPIRED_WORKFLOW,
        RECONCILER_WORKFLOW,
        RETENTION_WORKFLOW,
      ]),
    );
  });

  it('detect an incompatible change of a workflow, and explain what to do', () =>
    withFolder(async (folder) => {
      const bundle = path.join(folder, 'bundle.js');
      await writeChangedBundle(bundle);
      const outcomes = await replay(bundle, await histories());
      const caught = outcomes.filter(({ deviation }) => deviation !== null);
      const untouched = outcomes.filter(({ deviation }) => deviation === null);
      expect(untouched.map(({ name }) => name).sort()).toEqual([
        'bulk-operation',
        'bulk-operation-stopped',
        'bulk-retry',
        'bulk-retry-stopped',
        'expired-removed',
        'reconciled',
        'reconciler',
        'retention',
      ]);
      expect(caught[0]?.deviation).toMatch(/nondeterminism/i);
      expect(faults(outcomes)).toMatch(/completed\.json: .*\n[^]*patched\(\)/);
    }));
});
