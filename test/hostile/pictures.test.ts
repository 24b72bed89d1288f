import { measured } from '../support/effort';
import { errorOf, showsInternals } from './outcomes';
import { HOSTILE_PICTURES } from './pictures';

/** Processors of small pictures take far less. */
const MAX_EFFORT = 60;

const light = HOSTILE_PICTURES.filter(({ heavy }) => heavy !== true);

describe('a hostile picture', () => {
  it('has a name of its own', () => {
    const names = HOSTILE_PICTURES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it.each(light)('ends as expected, at little cost: $name', async ({ build, expected }) => {
    const bytes = await build();
    const { value: error, effort } = await measured(() => errorOf(bytes));
    expect([expected].flat()).toContain(error?.code ?? 'succeeds');
    if (error !== null)
      expect([error.message, showsInternals(error.message)]).toEqual([error.message, false]);
    expect(effort).toBeLessThan(MAX_EFFORT);
  });
});
