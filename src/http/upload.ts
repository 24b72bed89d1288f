import { rm } from 'node:fs/promises';
import type { Upload } from '../requests/accept';
import type { ApiDependencies } from './dependencies';
import { receiveForm } from './form';
import { validated, type Route } from './route';
import { accepted, uploadFields, uploadForm, uploadHeaders } from '../../contract/http/uploads';
import { jsonResponse, problemResponse, unavailableResponse } from './responses';
import { createWebhookUrlCheck } from './webhookUrl';

export function uploadRoute({ config, files, requests }: ApiDependencies): Route {
  const checkWebhookUrl = createWebhookUrlCheck(config.ALLOWED_NETWORKS);
  return {
    config: {
      method: 'post',
      path: '/image/upload/',
      operationId: 'uploadSheet',
      tags: ['Uploads'],
      summary: 'Upload a CSV of image links',
      description:
        'Answers as soon as the request is durable; the images are then downloaded and compressed.',
      request: {
        headers: uploadHeaders,
        body: { required: true, content: { 'multipart/form-data': { schema: uploadForm } } },
      },
      responses: {
        200: jsonResponse('The request is accepted.', accepted),
        400: problemResponse('Not a CSV, or a broken form.'),
        409: problemResponse('The Idempotency-Key was used for another upload.'),
        413: problemResponse('The file is too large.'),
        422: problemResponse('A field, the header or the rows cannot be used.'),
        503: unavailableResponse('Temporal or MongoDB cannot be reached; nothing is kept.'),
      },
    },
    async handle(ctx) {
      const headers = validated(uploadHeaders, 'header', ctx.headers);
      const { file, fields } = await receiveForm(ctx, files.spoolDir, config.MAX_UPLOAD_BYTES);
      try {
        const { webhook_url, strict, ...options } = validated(uploadFields, 'body', fields);
        checkWebhookUrl(webhook_url);
        const upload: Upload = {
          path: file.path,
          fileName: file.name,
          fingerprint: file.fingerprint,
          options: {
            ...options,
            max_width: options.max_width ?? null,
            max_height: options.max_height ?? null,
          },
          webhookUrl: webhook_url ?? null,
          strict,
          idempotencyKey: headers['idempotency-key'] ?? null,
        };
        ctx.body = { request_id: await requests.accept(upload) };
      } finally {
        await rm(file.path, { force: true });
      }
    },
  };
}
