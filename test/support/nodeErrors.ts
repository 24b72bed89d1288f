import { types } from 'node:util';

/**
 * Makes errors of Node's own modules instances of `Error`, as they are outside of Jest, which runs tests in a separate
 * context. The AWS SDK replaces errors that are not instances of `Error`, and their codes are lost.
 */
export function recognizeNodeErrors(): void {
  Object.defineProperty(Error, Symbol.hasInstance, {
    value(this: unknown, thrown: unknown): boolean {
      return this === Error
        ? types.isNativeError(thrown)
        : Function.prototype[Symbol.hasInstance].call(this, thrown);
    },
  });
}
