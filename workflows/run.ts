import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ProgressReport, Tally } from '../activities/types';
import { SEARCH_ATTRIBUTES } from './names';
import { describe, type StatusReport } from '../contract/report';
import type { ByteCounts, Counts } from '../contract/counts';
import type { RequestStatus } from '../contract/statuses';

const statusKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');
const totalKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.total, 'INT');
const succeededKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.succeeded, 'INT');
const failedKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.failed, 'INT');

/** Every upsert adds an event to the history, so search attributes change only ten times. */
const VISIBLE_STEPS = 10;

/**
 * Status and counts of a running request. The workflow owns them: activities return what they did, and record
 * absolute counts with a sequence number, so that nothing is counted twice.
 */
export interface Run {
  status: RequestStatus;
  counts: Counts;
  bytes: ByteCounts;
  sequence: number;
  /** See `describe`. */
  note: string | null;
  searchAttributes: boolean;
  visibleStep: number;
}

export function createRun(counts: Counts, bytes: ByteCounts, sequence: number): Run {
  return {
    status: 'pending',
    counts,
    bytes,
    sequence,
    note: null,
    searchAttributes: false,
    visibleStep: 0,
  };
}

export function add(run: Run, tally: Tally): void {
  const { succeeded, failed } = tally;
  run.counts = {
    total: run.counts.total,
    succeeded: run.counts.succeeded + succeeded,
    failed: run.counts.failed + failed,
    pending: run.counts.pending - succeeded - failed,
  };
  run.bytes = { in: run.bytes.in + tally.bytesIn, out: run.bytes.out + tally.bytesOut };
  run.sequence += 1;
  setCurrentDetails(describe(run.status, run.counts));
  const { total, pending } = run.counts;
  const step = Math.floor(((total - pending) / Math.max(total, 1)) * VISIBLE_STEPS);
  if (step !== run.visibleStep && pending > 0) {
    run.visibleStep = step;
    showInSearch(run);
  }
}

/** Changes the status, and shows it in the Web UI. */
export function enter(run: Run, status: RequestStatus): void {
  run.status = status;
  setCurrentDetails(describe(status, run.counts, run.note));
  showInSearch(run);
}

function showInSearch({ searchAttributes, status, counts }: Run): void {
  if (!searchAttributes) return;
  upsertSearchAttributes([
    { key: statusKey, value: status },
    { key: totalKey, value: counts.total },
    { key: succeededKey, value: counts.succeeded },
    { key: failedKey, value: counts.failed },
  ]);
}

export function reportOf(requestId: string, { status, counts, bytes, note }: Run): StatusReport {
  return { request_id: requestId, status, details: describe(status, counts, note), counts, bytes };
}

export function progressOf({ sequence, counts, bytes }: Run): ProgressReport {
  return { sequence, counts, bytes };
}
