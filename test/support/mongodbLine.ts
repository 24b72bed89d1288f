import { createServer, connect, type Socket } from 'node:net';
import { listen } from './listen';

export interface MongodbLine {
  /** `host:port`, to use in a connection string instead of the suite's own. */
  readonly host: string;
  /** From now on, sending anything to MongoDB closes the connection, as when MongoDB is killed. */
  cut(): void;
  /** Cuts the connection when data that contains these words is sent. The data does not arrive. */
  cutAt(words: string): void;
  repair(): void;
  close(): Promise<void>;
}

/** Starts a proxy to the suite's MongoDB that can be cut, as other suites use the server itself. */
export async function startMongodbLine(): Promise<MongodbLine> {
  const { hostname, port } = new URL(process.env['TEST_MONGODB_URI'] ?? '');
  const sockets = new Set<Socket>();
  let isCut = false;
  let trigger: string | null = null;
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
    repair() {
      isCut = false;
      trigger = null;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await close();
    },
  };
}
