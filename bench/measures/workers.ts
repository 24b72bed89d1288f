import { createClient } from '../../client';
import { isFinished } from '../../contract/statuses';
import { csvOf, runRequest, upload } from '../client';
import { startBench, type Bench, type Service } from '../environment';
import { figure } from '../limits';
import type { Measure } from '../measure';
import { compare, inTurns, medianOf, summaryOf } from '../samples';
import { quantileOf } from '../table';
import { until } from '../until';

const SIZES = {
  whole: { warmUp: 160, rounds: 3, images: 800, requests: 500 },
  quick: { warmUp: 40, rounds: 1, images: 60, requests: 16 },
} as const;
const WORKERS = 4;
const IMAGES_A_REQUEST = 20;
const WAITING = '/wait-300/tiny';
const ENV = { HOST_CONCURRENCY: '4' };
/** Uploads that are sent at the same time; the service reads only some at once and refuses more than can wait. */
const UPLOADS_AT_ONCE = 8;
const POLL_MS = 500;

export const workers: Measure = {
  title: 'Several workers',
  about: `A host waits 300 ms before it serves an image, and a worker may download four images at once from one host
(\`HOST_CONCURRENCY=4\`), so that one worker cannot use the machine. One request of 800 images of 64×64, by one worker and
by four, on an installation each, in turns. And 500 requests of 20 images of 64×64 from a quick host at once, by four
workers, once: from \`created_at\` to \`finished_at\`.`,

  async run({ size, log }) {
    const { warmUp, rounds, images, requests } = SIZES[size];
    const benches: Bench[] = [];
    try {
      const [one, four] = [await startWith(1), await startWith(WORKERS)];
      for (const bench of benches) await runRequest(bench, warmUp, { path: '/tiny' });
      const speeds = await inTurns(log, rounds, {
        one: async () => images / (await runRequest(one, images, { path: WAITING })),
        four: async () => images / (await runRequest(four, images, { path: WAITING })),
      });
      const { many } = await inTurns(log, 1, { many: () => runMany(four, requests) });
      const speed = compare(speeds.four, speeds.one, '/s');
      const [medians, slowest] = [many.map(medianOf), many.map((times) => Math.max(...times))];
      const fairness = compare(slowest, medians, 's');
      return {
        figures: [
          figure('workers', speed.ratio, speed.detail),
          figure('fairness', fairness.ratio, fairness.detail),
        ],
        tables: [
          {
            title: `${requests} requests at once, seconds from \`created_at\` to \`finished_at\``,
            header: ['Fastest', 'Median', '90 %', 'Slowest'],
            rows: [
              [0, 0.5, 0.9, 1].map((share) =>
                summaryOf(
                  many.map((times) => quantileOf(times, share)),
                  's',
                ),
              ),
            ],
          },
        ],
      };
    } finally {
      await Promise.all(benches.map((bench) => bench.stop()));
    }

    async function startWith(count: number): Promise<Bench> {
      const services: Service[] = ['api', ...new Array<Service>(count).fill('worker')];
      const bench = await startBench(services, { env: ENV });
      benches.push(bench);
      return bench;
    }
  },
};

/** Uploads all requests as fast as the service takes them, and waits until all are finished. @returns seconds of each */
async function runMany(bench: Bench, requests: number): Promise<number[]> {
  const client = createClient(bench);
  const csv = csvOf(`${bench.originUrl}/tiny`, IMAGES_A_REQUEST);
  const left = new Set<string>();
  let sent = 0;
  const uploadNext = async () => {
    while (sent < requests) {
      sent += 1;
      left.add((await upload(bench, csv)).id);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadNext));
  const times: number[] = [];
  await until('all requests to be finished', POLL_MS, async () => {
    for await (const { request_id: id, status, created_at, finished_at } of client.requests()) {
      if (!isFinished(status) || finished_at === null || !left.delete(id)) continue;
      times.push((Date.parse(finished_at) - Date.parse(created_at)) / 1000);
    }
    return left.size === 0;
  });
  return times;
}
