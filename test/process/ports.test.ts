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
  it('returns the wanted port when it is free, and logs nothing', async () => {
    const free = await whileTaken(0, (taken) => Promise.resolve(taken));
    expect(await search(free)).toEqual({ port: free, lines: [] });
  });

  it('returns a later port when the wanted one is taken, and logs it and the variable to set', () =>
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

  it('returns any free port for 0, but no ephemeral one, and logs nothing', async () => {
    const { port, lines } = await search(0);
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(32_768);
    expect(lines).toEqual([]);
  });

  it('names the variable to set when no later port is free', () =>
    whileTaken(LAST_PORT, () =>
      expect(search(LAST_PORT)).rejects.toThrow(
        /No free port for Temporal among the 200 from 65535 on; set EMBEDDED_TEMPORAL_PORT/,
      ),
    ));
});

describe('probe', () => {
  it('recognizes a taken port', () =>
    whileTaken(0, async (taken) => {
      expect(await probe(taken, '127.0.0.1')).toBeNull();
    }));

  it('does not keep a free port', async () => {
    const free = (await probe(0, '127.0.0.1')) ?? 0;
    expect(free).toBeGreaterThan(0);
    expect(await probe(free, '127.0.0.1')).toBe(free);
  });

  it('rejects with errors that do not concern the port', async () => {
    await expect(probe(0, NOT_OURS)).rejects.toThrow('EADDRNOTAVAIL');
  });
});
