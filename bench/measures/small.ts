import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { csvOf, upload } from '../client';
import { withBench } from '../environment';
import { figure } from '../limits';
import type { Measure } from '../measure';
import { medianOf } from '../samples';
import { quantileOf, shown } from '../table';

const SIZES = { whole: { requests: 40, warmUp: 20 }, quick: { requests: 5, warmUp: 2 } } as const;
const IMAGES = 3;

export const small: Measure = {
  title: 'Small requests',
  about: `40 requests of 3 images of 64×64, one after the other, after 20 that are not counted: from
sending the CSV to the arrival of the webhook.`,

  async run({ size }) {
    const { requests, warmUp } = SIZES[size];
    return withBench(['api', 'worker'], {}, async (bench) => {
      const receiver = await startReceiver();
      try {
        const csv = csvOf(`${bench.originUrl}/tiny`, IMAGES);
        const times: number[] = [];
        for (let request = 0; request < warmUp + requests; request += 1) {
          const arrival = receiver.next();
          const { startedAt } = await upload(bench, csv, { webhook_url: receiver.url });
          const time = (await arrival) - startedAt;
          if (request >= warmUp) times.push(time);
        }
        const [p10, p90] = [quantileOf(times, 0.1), quantileOf(times, 0.9)];
        const detail = `${times.length} requests, 80 % within ${shown(p10)}–${shown(p90)} ms`;
        return { figures: [figure('small', medianOf(times), detail)] };
      } finally {
        receiver.close();
      }
    });
  },
};

async function startReceiver() {
  let arrived: (at: number) => void = () => undefined;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      arrived(performance.now());
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves with the time of the next webhook. */
    next: () =>
      new Promise<number>((resolve) => {
        arrived = resolve;
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
