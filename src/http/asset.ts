import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Context } from 'koa';
import { clientHas } from './conditional';

/** A file that every client gets alike: its buffers are made once and shared by all responses. */
export interface Asset {
  /** As Koa's `ctx.type` takes it. */
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

export function createAsset(type: string, text: string): Asset {
  const plain = Buffer.from(text);
  const etag = createHash('sha256').update(plain).digest('hex').slice(0, 32);
  return { type, etag, plain, gzip: gzipSync(plain, { level: 9 }) };
}

/** Answers with an asset: compressed where the client accepts it, 304 where the client has it. */
export function sendAsset(ctx: Context, { type, etag, plain, gzip }: Asset): void {
  const encoding = ctx.acceptsEncodings('gzip', 'identity');
  ctx.status = 200;
  ctx.type = type;
  ctx.vary('Accept-Encoding');
  ctx.etag = encoding === 'gzip' ? `${etag}-gzip` : etag;
  if (encoding === 'gzip') ctx.set('Content-Encoding', 'gzip');
  if (clientHas(ctx)) {
    ctx.status = 304;
    return;
  }
  ctx.body = encoding === 'gzip' ? gzip : plain;
}
