import type { Context } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '../errors';
import { limitedAs } from './auth';
import { drain } from './drain';

const WINDOW_SECONDS = 60;

/** A client that sends all of a small file before it reads the answer can still read it. */
const MAX_DRAINED_BYTES = 2 ** 20;

export type WriteLimit = ReturnType<typeof createWriteLimit>;

/**
 * Counts the writes of each caller in windows of a minute, which begin with the first write. The counts are in the
 * memory of this process: a shared count would cost every write a call to a database.
 */
export function createWriteLimit(perMinute: number) {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });

  /**
   * Counts a write and tells the client how many are left, before anything of its body is read.
   *
   * @throws Refusal `rate_limited`
   */
  return async function countWrite(ctx: Context): Promise<void> {
    const used = await limiter.consume(limitedAs(ctx)).catch((error: unknown) => {
      if (error instanceof RateLimiterRes) return error;
      throw error;
    });
    const seconds = String(Math.ceil(used.msBeforeNext / 1000));
    // These are the fields of "RateLimit header fields for HTTP" up to draft 06, which clients and gateways read. Since
    // draft 07 there is one field `RateLimit`; draft 08 changed its syntax, and no draft is final.
    ctx.set('RateLimit-Limit', String(perMinute));
    ctx.set('RateLimit-Remaining', String(used.remainingPoints));
    ctx.set('RateLimit-Reset', seconds);
    if (used.consumedPoints <= perMinute) return;

    ctx.set('Retry-After', seconds);
    drain(ctx.req, MAX_DRAINED_BYTES);
    throw new Refusal(
      'rate_limited',
      `Expected at most ${perMinute} writes a minute from one caller, received more; ` +
        `try again in ${seconds} s, or raise RATE_LIMIT_WRITES_PER_MINUTE`,
    );
  };
}
