import { createServer, connect, type Socket } from 'node:net';
import { listen } from './listen';

export interface MongodbLine {
  /** `host:port`, to stand in a connection string for the suite's own. */
  readonly host: string;
  /** From now on whatever is sent to MongoDB ends the connection instead, as when it is killed. */
  cut(): void;
  /** Cuts it as soon as something with these words is sent, which does not arrive. */
  cutAt(words: string): void;
  repair(): void;
  close(): Promise<void>;
}

/** A line to the suite's MongoDB that can be cut: the server itself serves other suites. */
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
