import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkAnswers } from './checkAnswers';
import { checkCalls } from './checkCalls';
import { checkCancellations, type CancellationsChecked } from './checkCancellations';
import { checkDownloads, type DownloadsChecked } from './checkDownloads';
import { checkFiles, type FilesChecked } from './checkFiles';
import { checkRecords } from './checkRecords';
import { checkUploads } from './checkUploads';
import { checkWebhooks, type WebhooksChecked } from './checkWebhooks';
import type { Evidence, Violations } from './evidence';
import type { Storage } from './storage';

export interface Compared {
  readonly cancellations: CancellationsChecked;
  readonly files: FilesChecked;
  readonly webhooks: WebhooksChecked;
  readonly downloads: DownloadsChecked;
  readonly violations: Violations;
}

/**
 * Compares all ledgers with each other.
 *
 * @param before violations that were found earlier
 */
export async function compare(
  evidence: Evidence,
  storage: Storage,
  before: readonly string[],
): Promise<Compared> {
  const cancellations = checkCancellations(evidence);
  const files = await checkFiles(evidence, storage);
  const webhooks = checkWebhooks(evidence);
  const downloads = checkDownloads(evidence);
  const violations = [
    ...before,
    ...(await checkUploads(evidence, storage)),
    ...checkCalls(evidence),
    ...cancellations.violations,
    ...checkRecords(evidence),
    ...files.violations,
    ...(await checkAnswers(evidence)),
    ...webhooks.violations,
    ...downloads.violations,
  ];
  if (violations.length > 0) await save(evidence, violations);
  return { cancellations, files, webhooks, downloads, violations };
}

/** Saves evidence and violations for debugging. */
async function save(evidence: Evidence, violations: readonly string[]): Promise<void> {
  await writeFile(path.join(evidence.folder, 'evidence.json'), JSON.stringify(evidence));
  await writeFile(path.join(evidence.folder, 'violations.txt'), violations.join('\n'));
}
