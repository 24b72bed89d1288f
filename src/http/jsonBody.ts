import type { Context } from 'koa';
import { messageOf, Refusal } from '../errors';
import { drain } from './drain';

/** A thousand request ids, with room for indentation. */
export const MAX_JSON_BYTES = 64 * 1024;

/**
 * Reads a JSON body.
 *
 * @throws Refusal `too_large`, `malformed` (it breaks off), `invalid` (it is no JSON)
 */
export async function readJson(ctx: Context): Promise<unknown> {
  const body = await readBody(ctx);
  try {
    return JSON.parse(body) as unknown;
  } catch {
    const msg = 'Expected a JSON document';
    throw new Refusal('invalid', msg, [{ loc: ['body'], msg, type: 'invalid_json' }]);
  }
}

async function readBody({ req }: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Without `destroyOnReturn: false`, a refusal would close the connection before it is answered.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_JSON_BYTES) break;
    }
  } catch (error) {
    throw new Refusal('malformed', `Expected a complete body: ${messageOf(error)}`);
  }
  if (size <= MAX_JSON_BYTES) return Buffer.concat(chunks).toString();
  drain(req);
  throw new Refusal('too_large', `Expected a body of at most ${MAX_JSON_BYTES} bytes`);
}
