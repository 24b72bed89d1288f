import { z } from 'zod';
import { Refusal } from '../errors';
import { clientHas } from './conditional';
import type { FileStore } from '../storage/fileStore';
import type { Route } from './route';
import { problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';

export function fileRoute({ files }: { files: Pick<FileStore, 'openImage'> }): Route {
  return {
    right: null,
    config: {
      method: 'get',
      path: '/image/files/{request_id}/{name}',
      operationId: 'getFile',
      tags: ['Files'],
      summary: 'Get a compressed image',
      description: 'The name ends in a hash of the content, so a named file never changes.',
      request: { params: requestIdParams.extend({ name: z.string() }) },
      responses: {
        200: {
          description: 'The image.',
          content: { 'image/*': { schema: { type: 'string', format: 'binary' } } },
        },
        304: { description: 'The client has the current image.' },
        404: problemResponse('No such file.'),
      },
    },
    async handle(ctx, { request_id = '', name = '' }) {
      const file = await files.openImage(request_id, name);
      if (file === null) throw new Refusal('not_found', 'File not found');
      ctx.status = 200;
      ctx.type = file.contentType;
      ctx.length = file.size;
      ctx.etag = name;
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      // Should a browser ever interpret an image as a page, that page can do nothing.
      ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
      if (clientHas(ctx)) {
        file.stream.destroy();
        ctx.status = 304;
      } else if (ctx.method === 'HEAD') {
        file.stream.destroy();
      } else {
        ctx.body = file.stream;
        ctx.type = file.contentType;
        ctx.length = file.size;
      }
    },
  };
}
