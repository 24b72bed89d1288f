import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

/**
 * The SDK's context of one attempt at an activity, without a server: a test decides what the attempt before left, and
 * how this one is interrupted.
 */
export function activityEnvironment(
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
): MockActivityEnvironment {
  // Each attempt that fails is a warning of the SDK's.
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

/** Calls an activity that nothing interrupts. */
export function called<I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> {
  return activityEnvironment().run(activity, input);
}

/** Calls an activity whose request was cancelled meanwhile. */
export function calledCancelled<I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> {
  const env = activityEnvironment();
  env.cancel();
  return env.run(activity, input);
}
