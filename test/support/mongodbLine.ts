import { createServer, connect, type Socket } from 'node:net';
import { listen } from './listen';

export interface MongodbLine {
  /** `host:port`, to use in a connection string instead of the suite's own. */
  readonly host: string;
  /** From now on, sending anything to MongoDB closes the connection, as when MongoDB is killed. */
  cut(): void;
  /** Cuts the connection when data that contains these words is sent. The data does not arrive. */
  cutAt(words: string): void;
  isCut(): boolean;
  repair(): void;
  /** Returns the bytes of the largest message so far, in either direction. */
  largestMessage(): number;
  close(): Promise<void>;
}

/** Starts a proxy to the suite's MongoDB that can be cut, as other suites use the server itself. */
export async function startMongodbLine(): Promise<MongodbLine> {
  const { hostname, port } = new URL(process.env['TEST_MONGODB_URI'] ?? '');
  const sockets = new Set<Socket>();
  let isCut = false;
  let trigger: string | null = null;
  let largest = 0;
  const measure = (socket: Socket) => {
    socket.on(
      'data',
      createMeasure((length) => (largest = Math.max(largest, length))),
    );
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    }
    near.on('data', (chunk) => {
      if (trigger !== null && chunk.includes(trigger)) isCut = true;
      if (isCut) near.destroy();
      else far.write(chunk);
    });
    measure(near);
    measure(far);
    near.once('close', () => far.destroy());
    far.pipe(near);
  });
  const { port: nearPort, close } = await listen(server);
  return {
    host: `127.0.0.1:${nearPort}`,
    cut() {
      isCut = true;
    },
    cutAt(words) {
      trigger = words;
    },
    isCut: () => isCut,
    repair() {
      isCut = false;
      trigger = null;
    },
    largestMessage: () => largest,
    async close() {
      for (const socket of sockets) socket.destroy();
      await close();
    },
  };
}

/** Follows the messages of MongoDB's protocol: each begins with its length in four bytes. */
function createMeasure(onMessage: (length: number) => void): (chunk: Buffer) => void {
  let begun = Buffer.alloc(0);
  let missing = 0;
  return (chunk) => {
    let at = Math.min(missing, chunk.length);
    missing -= at;
    while (at < chunk.length) {
      const more = chunk.subarray(at, at + 4 - begun.length);
      begun = Buffer.concat([begun, more]);
      at += more.length;
      if (begun.length < 4) return;
      const length = begun.readInt32LE();
      begun = Buffer.alloc(0);
      onMessage(length);
      missing = length - 4;
      const rest = Math.min(missing, chunk.length - at);
      missing -= rest;
      at += rest;
    }
  };
}
