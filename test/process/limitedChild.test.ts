import path from 'node:path';
import { ProcessDied } from '../../src/errors';
import { startLimitedChild, type LimitedChild } from '../../src/process/limitedChild';
import { eventually } from '../support/eventually';

const SCRIPT = path.join(__dirname, '..', 'support', 'limitedChild.cjs');
const NO_LIMITS = { cpuSeconds: 1_000, memoryBytes: 2 ** 40, wallMs: 1_000_000 };
const never = new AbortController().signal;

let child: LimitedChild;
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  child = startLimitedChild({
    script: SCRIPT,
    env: {},
    onError: (line) => lines.push(line),
  });
});
afterEach(() => {
  child.kill();
});

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
}

describe('run(work, limits, signal)', () => {
  it('returns the answer of the process, again and again', async () => {
    expect(await child.run({ answer: 1 }, NO_LIMITS, never).answer).toBe(1);
    expect(await child.run({ answer: { two: 2 } }, NO_LIMITS, never).answer).toEqual({ two: 2 });
    expect(child.isAlive()).toBe(true);
  });

  it.each([
    ['cpu', { spin: true }, { cpuSeconds: 0.2 }],
    ['memory', { allocate: 300 * 2 ** 20 }, { memoryBytes: 250 * 2 ** 20 }],
    ['wall', {}, { wallMs: 200 }],
  ] as const)('kills a process that exceeds its limit of %s', async (reason, work, limit) => {
    const { answer, ended } = child.run(work, { ...NO_LIMITS, ...limit }, never);
    const error = await thrown(answer);
    expect(error).toBeInstanceOf(ProcessDied);
    expect(error).toMatchObject({ reason, how: 'SIGKILL' });
    await ended;
    expect(child.isAlive()).toBe(false);
  });

  it('counts the CPU time of this work only', async () => {
    // The kernel may count the time of a short start as zero: it counts in ticks.
    await child.run({ burnSeconds: 0.5, answer: 1 }, NO_LIMITS, never).answer;
    const limits = { ...NO_LIMITS, cpuSeconds: 0.2, wallMs: 500 };
    expect(child.usage().cpuSeconds).toBeGreaterThan(limits.cpuSeconds);
    expect(await thrown(child.run({}, limits, never).answer)).toMatchObject({ reason: 'wall' });
  });

  it('reports a process that ends by itself', async () => {
    const error = await thrown(child.run({ exit: 7 }, NO_LIMITS, never).answer);
    expect(error).toMatchObject({ reason: 'crash', how: 'exit 7' });
  });

  it('passes on what the process prints to stderr, in lines of limited length', async () => {
    await child.run({ print: `one\n${'x'.repeat(1_000)}\n`, answer: 1 }, NO_LIMITS, never).answer;
    await eventually(
      () => lines.length,
      (length) => length === 2,
    );
    expect(lines).toEqual(['one', 'x'.repeat(500)]);
  });

  it('reports a process that was gone before', async () => {
    await thrown(child.run({ exit: 7 }, NO_LIMITS, never).answer);
    const { answer, ended } = child.run({ answer: 1 }, NO_LIMITS, never);
    expect(await thrown(answer)).toMatchObject({ reason: 'crash', how: 'exit 7' });
    await ended;
  });
});

describe('run(work, limits, signal) that is aborted', () => {
  it('throws the reason at once, and kills a process that goes on', async () => {
    const controller = new AbortController();
    const { answer, ended } = child.run({ spin: true }, NO_LIMITS, controller.signal);
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await thrown(answer)).toBe(reason);
    expect(child.isAlive()).toBe(true);
    await ended;
    await eventually(
      () => child.isAlive(),
      (isAlive) => !isAlive,
    );
  });

  it('keeps a process that finishes the work at once', async () => {
    await child.run({ answer: 1 }, NO_LIMITS, never).answer;
    const reason = new Error('cancelled');
    const { answer, ended } = child.run({ answer: 1 }, NO_LIMITS, AbortSignal.abort(reason));
    expect(await thrown(answer)).toBe(reason);
    await ended;
    expect(await child.run({ answer: 2 }, NO_LIMITS, never).answer).toBe(2);
  });
});
