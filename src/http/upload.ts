import type { Context } from 'koa';
import type { Upload } from '../requests/accept';
import type { Config } from '../config';
import { Refusal } from '../errors';
import { parseWebUrl } from '../../contract/webUrl';
import type { TargetPolicy } from '../network/targets';
import type { Operations } from '../requests/operations';
import { callerHash, callerOf } from './auth';
import type { Spool } from '../storage/spool';
import { drain } from './drain';
import { receiveForm } from './form';
import { validated, type Route } from './route';
import { accepted, uploadFields, uploadForm, uploadHeaders } from '../../contract/http/uploads';
import { jsonResponse, problemResponse, retryLaterResponse } from './responses';
import { readColumnNames } from '../../sheet/columnNames';
import { readEncoding } from '../../sheet/encoding';
import type { StorageCheck } from './storageCheck';
import { createWebhookUrlCheck } from './webhookUrl';

export interface UploadDeps {
  readonly config: Pick<Config, 'MAX_UPLOAD_BYTES'>;
  readonly targets: Pick<TargetPolicy, 'refusalOfUrl'>;
  /** Where uploads are received. */
  readonly spool: Spool;
  readonly requests: Pick<Operations, 'accept'>;
  readonly checkStorage: StorageCheck;
}

/** Says in the OpenAPI document that the name of the file matters: others than `.csv` are refused. */
const FILE_PART = {
  file: {
    contentType: 'text/csv',
    headers: {
      'Content-Disposition': {
        schema: { type: 'string' as const },
        example: 'form-data; name="file"; filename="products.csv"',
      },
    },
  },
};

export function uploadRoute(deps: UploadDeps): Route {
  const { config, targets, spool, requests, checkStorage } = deps;
  const checkWebhookUrl = createWebhookUrlCheck(targets);
  return {
    right: 'write',
    config: {
      method: 'post',
      path: '/image/upload/',
      operationId: 'uploadSheet',
      tags: ['Uploads'],
      summary: 'Upload a CSV of image links',
      description:
        'Answers as soon as the request is recorded durably; the images are downloaded and compressed after that.',
      request: {
        headers: uploadHeaders,
        body: {
          required: true,
          content: { 'multipart/form-data': { schema: uploadForm, encoding: FILE_PART } },
        },
      },
      responses: {
        200: jsonResponse('The request is accepted.', accepted),
        400: problemResponse('The file is not a CSV, or the form is malformed.'),
        408: problemResponse('The form arrives too slowly.'),
        409: problemResponse('The Idempotency-Key was used for another upload.'),
        413: problemResponse('The file is too large.'),
        422: problemResponse('A field, the header or the rows cannot be used.'),
        429: retryLaterResponse(
          'The caller exceeds RATE_LIMIT_WRITES_PER_MINUTE or MAX_QUEUED_IMAGES_PER_CALLER; nothing was recorded.',
        ),
        503: retryLaterResponse(
          'Temporal, MongoDB or the storage cannot be reached, the spool is full, or too many uploads wait; nothing was recorded.',
        ),
      },
    },
    async handle(ctx) {
      const headers = validated(uploadHeaders, 'header', ctx.headers);
      await requireStorage(ctx, checkStorage);
      const { file, fields } = await receiveForm(ctx, spool, config.MAX_UPLOAD_BYTES);
      try {
        const {
          webhook_url,
          strict,
          quality,
          format,
          effort,
          max_width,
          max_height,
          link_columns,
          base_url,
          encoding,
          output,
          ...unlisted
        } = validated(uploadFields, 'body', fields);
        checkWebhookUrl(webhook_url);
        checkBaseUrl(base_url);
        const upload: Upload = {
          owner: callerOf(ctx).name,
          caller: callerHash(ctx),
          path: file.path,
          size: file.size,
          fileName: file.name,
          fingerprint: file.fingerprint,
          text: file.text,
          options: {
            // Always empty: this does not compile while a field of the form is not listed above.
            ...(unlisted satisfies Record<string, never>),
            quality,
            format,
            effort,
            max_width: max_width ?? null,
            max_height: max_height ?? null,
          },
          sheetOptions: {
            link_columns: link_columns === undefined ? null : readColumnNames(link_columns),
            base_url: base_url ?? null,
            encoding: readEncoding(encoding),
            output,
          },
          webhookUrl: webhook_url ?? null,
          strict,
          idempotencyKey: headers['idempotency-key'] ?? null,
        };
        ctx.body = { request_id: await requests.accept(upload) };
      } finally {
        await file.discard();
      }
    },
  };
}

/** Checks the storage before the form is received, which may be large: without storage no image could be processed. */
async function requireStorage(ctx: Context, checkStorage: StorageCheck): Promise<void> {
  try {
    await checkStorage();
  } catch (error) {
    drain(ctx.req);
    throw error;
  }
}

/** @throws Refusal for an address whose host no link can have */
function checkBaseUrl(url: string | undefined): void {
  if (url === undefined || parseWebUrl(url) !== null) return;
  const msg = 'Expected an http or https URL with a valid host name';
  throw new Refusal('invalid', msg, [{ loc: ['body', 'base_url'], msg, type: 'base_url' }]);
}
