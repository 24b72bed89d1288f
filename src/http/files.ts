import type { Context } from 'koa';
import { z } from 'zod';
import { requestIdParams } from '../../contract/http/fields';
import { fileQuery } from '../../contract/http/files';
import { Refusal } from '../errors';
import type { Thumbnails } from '../requests/thumbnails';
import type {
  ByteRange,
  FileStore,
  ImageDetails,
  StoredFile,
  StoredImage,
} from '../storage/fileStore';
import { clientHas, rangeApplies } from './conditional';
import { readRange } from './range';
import { problemResponse, requiredHeader, retryLaterResponse } from './responses';
import { validated, type Route } from './route';

const IMAGE = { 'image/*': { schema: { type: 'string' as const, format: 'binary' } } };

const ACCEPT_RANGES = { 'Accept-Ranges': requiredHeader('string', '`bytes`.') };
const VALIDATORS = {
  ETag: requiredHeader('string', 'Identifies the content.'),
  'Last-Modified': requiredHeader('string', 'When the image was stored.'),
};
const contentRange = (description: string) => ({
  'Content-Range': requiredHeader('string', description),
});

/** An image, or a thumbnail of it. */
interface ServedFile {
  readonly tag: string;
  describe(): Promise<ImageDetails | null>;
  open(range?: ByteRange): Promise<StoredImage | null>;
}

export interface FileDeps {
  readonly files: Pick<FileStore, 'describeImage' | 'openImage'>;
  readonly thumbnails: Thumbnails;
}

export function fileRoute({ files, thumbnails }: FileDeps): Route {
  return {
    right: null,
    config: {
      method: 'get',
      path: '/image/files/{request_id}/{name}',
      operationId: 'getFile',
      tags: ['Files'],
      summary: 'Get a compressed image',
      description:
        'The name ends in a hash of the content, so a named file never changes. `HEAD` returns the same headers without ' +
        'the image. `If-None-Match`, `If-Modified-Since`, `Range` (one range) and `If-Range` are supported. ' +
        'With `width`, the answer is a thumbnail: a WebP of the upright image or of its first frame, made when it is first ' +
        'asked for. Smaller images are not enlarged.',
      request: { params: requestIdParams.extend({ name: z.string() }), query: fileQuery },
      responses: {
        200: {
          description: 'The image.',
          headers: { ...ACCEPT_RANGES, ...VALIDATORS },
          content: IMAGE,
        },
        206: {
          description: 'The bytes that `Range` asks for.',
          headers: {
            ...ACCEPT_RANGES,
            ...VALIDATORS,
            ...contentRange('First and last byte, and the size of the image: `bytes 0-99/1234`.'),
          },
          content: IMAGE,
        },
        304: { description: 'The client has the current image.', headers: VALIDATORS },
        404: problemResponse('No such file.'),
        416: {
          ...problemResponse('`Range` begins after the last byte of the image.'),
          headers: contentRange('The size of the image: `bytes */1234`.'),
        },
        422: problemResponse(
          'Thumbnails have no such width, or none can be made of this image; that is tried again after five minutes.',
        ),
        503: retryLaterResponse(
          'Too many thumbnails are being made, or MongoDB or the storage cannot be reached; try again later.',
        ),
      },
    },
    async handle(ctx, { request_id = '', name = '' }) {
      const { width } = validated(fileQuery, 'query', ctx.query);
      const file: ServedFile =
        width === undefined
          ? {
              tag: name,
              describe: () => files.describeImage(request_id, name),
              open: (range) => files.openImage(request_id, name, range),
            }
          : {
              tag: `${name}-${width}`,
              describe: () => thumbnails.describe(request_id, name, width),
              open: (range) => thumbnails.open(request_id, name, width, range),
            };
      const open = async (range?: ByteRange) => required(await file.open(range));

      if (ctx.method !== 'HEAD' && !isConditional(ctx)) {
        const image = await open();
        describe(ctx, file.tag, image);
        send(ctx, image);
      } else {
        const image = required(await file.describe());
        describe(ctx, file.tag, image);
        if (clientHas(ctx)) {
          ctx.status = 304;
        } else if (ctx.method === 'HEAD') {
          ctx.length = image.size;
        } else {
          const range = rangeOf(ctx, image);
          send(ctx, await open(range));
          if (range !== undefined) {
            ctx.status = 206;
            ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${image.size}`);
          }
        }
      }
      // Set last, so that errors thrown above are not cached.
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    },
  };
}

/** Whether the answer may be a part of the image, or have no body. */
function isConditional(ctx: Context): boolean {
  return ['Range', 'If-None-Match', 'If-Modified-Since'].some((header) => ctx.get(header) !== '');
}

/** @throws Refusal `not_found` */
function required<T>(image: T | null): T {
  if (image === null) throw new Refusal('not_found', 'File not found');
  return image;
}

function describe(ctx: Context, tag: string, { contentType, modified }: ImageDetails): void {
  ctx.status = 200;
  ctx.type = contentType;
  ctx.etag = tag;
  ctx.lastModified = modified;
  ctx.set('Accept-Ranges', 'bytes');
  // Should a browser ever interpret an image as a page, that page can do nothing.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
}

/**
 * Returns the range that is asked for; `undefined`: the whole image.
 *
 * @throws Refusal `unsatisfiable_range`
 */
function rangeOf(ctx: Context, { size }: ImageDetails) {
  const range = rangeApplies(ctx) ? readRange(ctx.get('Range'), size) : undefined;
  if (range !== 'unsatisfiable') return range;
  ctx.set('Content-Range', `bytes */${size}`);
  throw new Refusal(
    'unsatisfiable_range',
    `Expected a range of the image's ${size} bytes, received one that begins after the last`,
  );
}

function send(ctx: Context, { stream, size }: StoredFile): void {
  ctx.body = stream;
  ctx.length = size;
}
