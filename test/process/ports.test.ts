import { createServer } from 'node:net';
import { freePort, probe } from '../../src/process/ports';
import { listen } from '../support/listen';

const LAST_PORT = 65_535;
const NOT_OURS = '192.0.2.1';

/** Runs the work while a port is listened on. */
async function whileTaken<T>(port: number, work: (taken: number) => Promise<T>): Promise<T> {
  const { port: taken, close } = await listen(createServer(), port);
  try {
    return await work(taken);
  } finally {
    await close();
  }
}

async function search(wanted: number) {
  const lines: string[] = [];
  const port = await freePort('Temporal', 'EMBEDDED_TEMPORAL_PORT', wanted, (line) => {
    lines.push(line);
  });
  return { port, lines };
}

describe('freePort', () => {
  it('gives the port asked for when it is free, and says nothing', async () => {
    const free = await whileTaken(0, (taken) => Promise.resolve(taken));
    expect(await search(free)).toEqual({ port: free, lines: [] });
  });

  it('gives a later one when that is taken, and says which and what to set', () =>
    whileTaken(0, async (taken) => {
      const { port, lines } = await search(taken);
      expect(port).toBeGreaterThan(taken);
      expect(lines).toEqual([
        `Port ${taken} is taken: Temporal listens on ${port} (set EMBEDDED_TEMPORAL_PORT to choose)`,
      ]);
      await whileTaken(port, (listened) => {
        expect(listened).toBe(port);
        return Promise.resolve();
      });
    }));

  it('gives any free one for 0, none that the system hands out by itself, and says nothing', async () => {
    const { port, lines } = await search(0);
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(32_768);
    expect(lines).toEqual([]);
  });

  it('says what to set when no later one is free', () =>
    whileTaken(LAST_PORT, () =>
      expect(search(LAST_PORT)).rejects.toThrow(
        /Expected a free port for Temporal from 65535 on.*set EMBEDDED_TEMPORAL_PORT/,
      ),
    ));
});

describe('probe', () => {
  it('tells a taken port', () =>
    whileTaken(0, async (taken) => {
      expect(await probe(taken, '127.0.0.1')).toBeNull();
    }));

  it('leaves a free port free', async () => {
    const free = (await probe(0, '127.0.0.1')) ?? 0;
    expect(free).toBeGreaterThan(0);
    expect(await probe(free, '127.0.0.1')).toBe(free);
  });

  it('passes on what is not about the port', async () => {
    await expect(probe(0, NOT_OURS)).rejects.toThrow('EADDRNOTAVAIL');
  });
});
