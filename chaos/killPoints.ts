/**
 * Loaded into the API and the workers before their own code (`node --require`). Wraps functions of theirs, to record the
 * calls, and to kill the process right after a call at an armed kill point. The product does not contain any of this.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import * as activities from '../activities';
import type { ImageRequestActivities } from '../activities/types';
import * as storage from '../src/storage/open';
import * as images from '../src/records/images';
import * as requests from '../src/records/requests';
import * as rounds from '../src/records/rounds';
import * as runs from '../src/temporal/runs';
import * as send from '../src/webhooks/send';
import { dieIfArmed, FOLDER_VARIABLE, type KillPoint } from './armedKills';
import { watching, watchingRecords } from './watching';

const folder = process.env[FOLDER_VARIABLE] ?? '';
/** Workers run the same code, but without a client that waits for an HTTP answer. */
const isApi = path.basename(process.argv[1] ?? '') === 'api.js';

/** Replaces an export. Compiled modules call each other through their exports, so that all callers get the new one. */
function replaceExport<M extends object, K extends keyof M>(
  module: M,
  name: K,
  make: (original: M[K]) => M[K],
): void {
  (module as { -readonly [N in K]: M[N] })[name] = make(module[name]);
}

type Call<A extends unknown[], R> = (...given: A) => Promise<R>;

/** Makes the call and then, at an armed kill point, kills the process: the work is done, but the result is lost. */
function dyingAfter<A extends unknown[], R>(call: Call<A, R>, point: KillPoint): Call<A, R> {
  return async (...given) => {
    const result = await call(...given);
    dieIfArmed(folder, point);
    return result;
  };
}

replaceExport(storage, 'openFileStore', (open) => (...given) => {
  const made = open(...given);
  return {
    ...made,
    writeImage: dyingAfter(made.writeImage, 'file-written'),
    writeSheet: dyingAfter(made.writeSheet, 'sheet-stored'),
  };
});

replaceExport(images, 'createImages', (create) => (models) => {
  const made = create(models);
  const record = watchingRecords(folder, made);
  return { ...made, record: dyingAfter(record, 'image-recorded') };
});

replaceExport(requests, 'createRequests', (create) => (models) => {
  const made = create(models);
  return {
    ...made,
    noteRecorded: dyingAfter(made.noteRecorded, 'rows-noted'),
    completeRecording: dyingAfter(made.completeRecording, 'sheet-recorded'),
  };
});

replaceExport(rounds, 'createRounds', (create) => (models) => {
  const made = create(models);
  const reopen: typeof made.reopen = async (...given) => {
    const opened = await made.reopen(...given);
    // A retry that came too late has opened no round, so no step of it can be interrupted.
    if (opened && isApi) dieIfArmed(folder, 'round-opened');
    return opened;
  };
  return { ...made, reopen };
});

replaceExport(runs, 'createRuns', (create) => (...given) => {
  const made = create(...given);
  const continueWith: typeof made.continueWith = async (input, summary) => {
    await made.continueWith(input, summary);
    // Other tasks are cancellations and redeliveries, and those of a worker are repairs.
    if (input.task === 'process' && isApi) dieIfArmed(folder, 'round-started');
  };
  return { ...made, continueWith, start: dyingAfter(made.start, 'workflow-started') };
});

replaceExport(send, 'createWebhookSender', (create) => (...given) => {
  const made = create(...given);
  return { ...made, send: dyingAfter(made.send, 'webhook-taken') };
});

replaceExport(activities, 'createActivities', (create) => (deps) => {
  const made = create(deps);
  const { processImages, processImage, recordOutcome } = made;
  const watched: Partial<ImageRequestActivities> = {
    processImages: watching(folder, processImages, (input) => input.numbers),
    processImage: watching(folder, processImage, (input) => [input.number]),
    recordOutcome: dyingAfter(recordOutcome, 'outcome-recorded'),
  };
  return { ...made, ...watched };
});

/** The SDK's bridge is not a dependency of ours, so it is resolved from the SDK. */
interface Bridge {
  readonly native: {
    workerCompleteWorkflowActivation: Call<[worker: unknown, completion: Buffer], void>;
  };
}
const fromSdk = createRequire(require.resolve('@temporalio/worker'));
const { native } = fromSdk('@temporalio/core-bridge') as Bridge;

/** Among the commands of this workflow, only "continue as new" contains the workflow's type. */
const CONTINUE_AS_NEW = 'imageRequest';

replaceExport(
  native,
  'workerCompleteWorkflowActivation',
  (complete) => async (worker, completion) => {
    const continues = completion.includes(CONTINUE_AS_NEW);
    if (continues) dieIfArmed(folder, 'continue-as-new-decided');
    await complete(worker, completion);
    if (continues) dieIfArmed(folder, 'continue-as-new-told');
  },
);
