import autocannon from 'autocannon';
import { createClient } from '../../client';
import type { Log } from '../../src/process/main';
import { cancelAndRemove, csvOf, runRequest, upload, waitUntilCompleted } from '../client';
import { withBench, type Bench } from '../environment';
import { figure } from '../limits';
import type { Findings, Measure } from '../measure';
import { startProgram } from '../program';
import { compare, inTurns, summaryOf } from '../samples';

const SIZES = {
  whole: { seconds: 6, rounds: 3, images: 600, imageRounds: 3 },
  quick: { seconds: 2, rounds: 1, images: 100, imageRounds: 1 },
} as const;
const CONNECTIONS = 64;
const POLLS_A_SECOND = 200;
/** Few, as of a page that polls: what counts is the rate. */
const POLLING_CONNECTIONS = 4;
const UNTIL_STOPPED_SECONDS = 3_600;
/** A request that runs for minutes and leaves the machine to the polls. */
const SLOW = { images: 2_000, path: '/wait-5000/tiny' } as const;

export const polling: Measure = {
  title: 'Polling',
  about: `Polls of \`GET /image/status/ID\` by autocannon over 64 connections, for 6 s each: of a request that runs (its
images come from a host that waits 5 s for each), of one that is finished, and of a bare Koa route in a process of its
own that returns the same JSON as a constant. They take turns. And requests of 600 photos, with and without 200 polls a
second of their own status, taking turns three times.`,

  run: ({ size, log }) =>
    withBench(['api', 'worker'], {}, async (bench) => {
      const { seconds, rounds, images, imageRounds } = SIZES[size];
      const polls = await measurePolls(bench, { log, seconds, rounds });
      await runRequest(bench, images / 4);
      const runs = await inTurns(log, imageRounds, {
        alone: async () => images / (await runRequest(bench, images)),
        polled: async () => images / (await runPolled(bench, images)),
      });
      const beside = compare(runs.polled, runs.alone, '/s');
      return {
        ...polls,
        figures: [...polls.figures, figure('polled', beside.ratio, beside.detail)],
      };
    }),
};

async function measurePolls(
  bench: Bench,
  {
    log,
    seconds,
    rounds,
  }: { readonly log: Log; readonly seconds: number; readonly rounds: number },
) {
  const client = createClient(bench);
  const done = await upload(bench, csvOf(`${bench.originUrl}/tiny`, 3));
  await waitUntilCompleted(bench.url, done);
  const slow = await upload(bench, csvOf(`${bench.originUrl}${SLOW.path}`, SLOW.images));
  const koa = await startProgram('bareKoa.js', await client.status(done.id));
  try {
    const pollsOf = (url: string) => () => pollFor(url, seconds);
    const { bare, running, finished } = await inTurns(log, rounds, {
      bare: pollsOf(String(koa.report)),
      running: pollsOf(`${bench.url}/image/status/${slow.id}`),
      finished: pollsOf(`${bench.url}/image/status/${done.id}`),
    });
    await cancelAndRemove(bench.url, slow.id);
    const [ofRunning, ofFinished] = [compare(running, bare, '/s'), compare(finished, bare, '/s')];
    return {
      figures: [
        figure('pollsRunning', ofRunning.ratio, ofRunning.detail),
        figure('pollsFinished', ofFinished.ratio, ofFinished.detail),
      ],
      tables: [
        {
          title: 'Polls a second',
          header: ['Bare Koa', 'Running', 'Finished'],
          rows: [[bare, running, finished].map((values) => summaryOf(values, '/s'))],
        },
      ],
    } satisfies Findings;
  } finally {
    koa.stop();
  }
}

/** Polls as fast as it can. @returns answers a second */
async function pollFor(url: string, duration: number): Promise<number> {
  const { requests, non2xx, errors } = await autocannon({
    url,
    connections: CONNECTIONS,
    duration,
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} polls of ${url} failed`);
  return requests.average;
}

/** Runs a request while its status is polled. @returns seconds */
async function runPolled(bench: Bench, images: number): Promise<number> {
  const running = await upload(bench, csvOf(bench.originUrl, images));
  const polls = pollSteadily(`${bench.url}/image/status/${running.id}`);
  try {
    return (await waitUntilCompleted(bench.url, running)) / 1000;
  } finally {
    await polls.stop();
  }
}

function pollSteadily(url: string) {
  const rate = { connections: POLLING_CONNECTIONS, overallRate: POLLS_A_SECOND };
  let instance: autocannon.Instance | undefined;
  const ended = new Promise<unknown>((resolve) => {
    instance = autocannon({ url, ...rate, duration: UNTIL_STOPPED_SECONDS }, resolve);
  });
  return {
    async stop() {
      instance?.stop();
      await ended;
    },
  };
}
