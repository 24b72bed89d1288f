import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { openRecords } from '../../src/records/open';
import { isUnavailable } from '../../src/records/unavailable';

interface Line {
  readonly uri: string;
  /** From now on whatever is sent to MongoDB ends the connection instead, as when it is killed. */
  cut(): void;
  close(): Promise<void>;
}

/** A line to the suite's MongoDB that can be cut. */
async function lineToMongodb(): Promise<Line> {
  const { hostname, port } = new URL(process.env['TEST_MONGODB_URI'] ?? '');
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (chunk) => {
      if (isCut) near.destroy();
      else far.write(chunk);
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    uri: `mongodb://127.0.0.1:${address.port}/unavailable?directConnection=true`,
    cut() {
      isCut = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const FAILURE = { code: 'timeout', message: 'late' } as const;

describe('A MongoDB that goes away', () => {
  it.each([
    ['in a bulk write', 'record'],
    ['in a read', 'findMany'],
  ] as const)('%s is told from one that refuses', async (_when, call) => {
    const line = await lineToMongodb();
    const { images, close } = await openRecords(line.uri);
    try {
      await images.findMany('none', ['0-0']);
      line.cut();
      const asked =
        call === 'record'
          ? images.record('none', 1, [{ ref: '0-0', at: 1, failure: FAILURE }])
          : images.findMany('none', ['0-0']);
      const error: unknown = await asked.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      expect(isUnavailable(error)).toBe(true);
    } finally {
      await close();
      await line.close();
    }
  });

  it('is not what a bulk write met that the server itself refused', async () => {
    const { rows, requests, close } = await openRecords(
      (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'unavailable'),
    );
    try {
      const row = { _id: 'none/1', request_id: 'none', number: 1, cells: [], images: [] };
      const refused = rows.insert([
        { ...row, error: null },
        { ...row, error: null },
      ]);
      const error: unknown = await refused.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 11000 });
      expect(isUnavailable(error)).toBe(false);
      await requests.remove('none');
    } finally {
      await close();
    }
  });
});
