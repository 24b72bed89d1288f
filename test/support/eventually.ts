import { setTimeout as sleep } from 'node:timers/promises';

/** What is asked costs CPU that the asked-for work needs: the longer it takes, the less often it is asked. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;
const GROWTH = 1.3;

/** Asks until the answer is right; the test's own timeout ends it when it never is. */
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
