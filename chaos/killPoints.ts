/**
 * Loaded into API and workers before their own code (`node --require`): puts itself around steps of theirs,
 * to note them and to die right after them when asked to. The product knows nothing of it.
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
import { dieIfArmed, FOLDER_VARIABLE, type KillPoint } from './places';
import { watching, watchingRecords } from './watching';

const folder = process.env[FOLDER_VARIABLE] ?? '';
/** The same code runs in workers, where no one waits for an HTTP answer. */
const isApi = path.basename(process.argv[1] ?? '') === 'api.js';

/** Compiled modules call each other through their exports, so that one that is exchanged is exchanged for all. */
function exchange<M extends object, K extends keyof M>(
  module: M,
  name: K,
  make: (original: M[K]) => M[K],
): void {
  (module as { -readonly [N in K]: M[N] })[name] = make(module[name]);
}

type Call<A extends unknown[], R> = (...given: A) => Promise<R>;

/** The call, and then perhaps the end: its work is done, and its answer is lost. */
function dyingAfter<A extends unknown[], R>(call: Call<A, R>, place: KillPoint): Call<A, R> {
  return async (...given) => {
    const result = await call(...given);
    dieIfArmed(folder, place);
    return result;
  };
}

exchange(storage, 'openFileStore', (open) => (settings) => {
  const made = open(settings);
  return { ...made, writeImage: dyingAfter(made.writeImage, 'file-written') };
});

exchange(images, 'createImages', (create) => (models) => {
  const made = create(models);
  const record = watchingRecords(folder, made);
  return { ...made, record: dyingAfter(record, 'image-recorded') };
});

exchange(requests, 'createRequests', (create) => (models) => {
  const made = create(models);
  return { ...made, completeUpload: dyingAfter(made.completeUpload, 'rows-recorded') };
});

exchange(rounds, 'createRounds', (create) => (models) => {
  const made = create(models);
  const reopen: typeof made.reopen = async (...given) => {
    const opened = await made.reopen(...given);
    // Who was too late has opened nothing, and has nothing to leave half done.
    if (opened && isApi) dieIfArmed(folder, 'round-opened');
    return opened;
  };
  return { ...made, reopen };
});

exchange(runs, 'createRuns', (create) => (...given) => {
  const made = create(...given);
  const follow: typeof made.continueWith = async (input, summary) => {
    await made.continueWith(input, summary);
    // The others that follow are cancellations and webhooks, and what a worker repairs.
    if (input.task === 'process' && isApi) dieIfArmed(folder, 'round-started');
  };
  return { ...made, continueWith: follow, start: dyingAfter(made.start, 'workflow-started') };
});

exchange(send, 'createWebhookSender', (create) => (...given) => {
  const made = create(...given);
  return { ...made, send: dyingAfter(made.send, 'webhook-taken') };
});

exchange(activities, 'createActivities', (create) => (deps) => {
  const made = create(deps);
  const { processImages, processImage, recordOutcome } = made;
  const watched: Partial<ImageRequestActivities> = {
    processImages: watching(folder, processImages, (input) => input.numbers),
    processImage: watching(folder, processImage, (input) => [input.number]),
    recordOutcome: dyingAfter(recordOutcome, 'outcome-recorded'),
  };
  return { ...made, ...watched };
});

/** The SDK's bridge is no dependency of ours: it is found from where the SDK finds it. */
interface Bridge {
  readonly native: {
    workerCompleteWorkflowActivation: Call<[worker: unknown, completion: Buffer], void>;
  };
}
const fromSdk = createRequire(require.resolve('@temporalio/worker'));
const { native } = fromSdk('@temporalio/core-bridge') as Bridge;

/** Of all that a workflow can answer, only "continue as new" names the workflow's type. */
const CONTINUE_AS_NEW = 'imageRequest';

exchange(native, 'workerCompleteWorkflowActivation', (complete) => async (worker, completion) => {
  const continues = completion.includes(CONTINUE_AS_NEW);
  if (continues) dieIfArmed(folder, 'continue-as-new-decided');
  await complete(worker, completion);
  if (continues) dieIfArmed(folder, 'continue-as-new-told');
});
