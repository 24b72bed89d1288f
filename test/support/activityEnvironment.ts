import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

/**
 * Returns the SDK's context of one attempt at an activity, without a server. A test sets the last heartbeat of the
 * previous attempt, and interrupts this one.
 */
export function activityEnvironment(
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
): MockActivityEnvironment {
  // The SDK logs a warning for each failed attempt.
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

/** Calls an activity without interruption. */
export function called<I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> {
  return activityEnvironment().run(activity, input);
}

/** Calls an activity whose request is cancelled. */
export function calledCancelled<I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> {
  const env = activityEnvironment();
  env.cancel();
  return env.run(activity, input);
}
