import { setTimeout as sleep } from 'node:timers/promises';

/** Polling costs CPU that the awaited work needs, so the pauses grow. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;
const GROWTH = 1.3;

/** Polls until the answer is right. If it never is, the test times out. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  isRight: (answer: T) => boolean,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    await sleep(pause);
  }
}
