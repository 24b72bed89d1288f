import { errorOf, showsInternals } from './outcomes';
import { HOSTILE_PICTURES } from './pictures';

/** Processors of small pictures take far less; several tests run at the same time. */
const MAX_CPU_SECONDS = 2;

const light = HOSTILE_PICTURES.filter(({ heavy }) => heavy !== true);

describe('a hostile picture', () => {
  it('has a name of its own', () => {
    const names = HOSTILE_PICTURES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it.each(light)('ends as expected, at little cost: $name', async ({ build, expected }) => {
    const bytes = await build();
    // CPU time, since other suites run at the same time.
    const before = process.cpuUsage();
    const error = await errorOf(bytes);
    const { user, system } = process.cpuUsage(before);
    expect([expected].flat()).toContain(error?.code ?? 'succeeds');
    if (error !== null)
      expect([error.message, showsInternals(error.message)]).toEqual([error.message, false]);
    expect((user + system) / 1_000_000).toBeLessThan(MAX_CPU_SECONDS);
  });
});
