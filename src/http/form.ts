import type { Readable } from 'node:stream';
import multer, { type File, type Options, type StorageEngine } from '@koa/multer';
import type { Context } from 'koa';
import { MulterError } from 'multer';
import { messageOf, Refusal } from '../errors';
import type { Spool } from '../storage/spool';
import { isNamedCsv } from '../../sheet/fileKind';
import { notCsv } from '../../sheet/textFindings';
import { drain } from './drain';
import { full, spoolUpload, tooLarge, type Spooled } from './spool';

interface NamedFile extends Spooled {
  /** As the client sent it, without folders. */
  readonly name: string;
}

export interface Form {
  readonly file: NamedFile;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Options that multer's types lack: they show us the parts that it ignores. */
interface FormOptions extends Options {
  readonly defParamCharset: string;
  streamHandler(
    request: Readable,
    parser: NodeJS.WritableStream & {
      on(
        event: 'file',
        listener: (field: string, stream: Readable, info: { filename?: string }) => void,
      ): void;
    },
  ): void;
}

/** The common limit of file systems; the name is sent back in a header, which clients limit too. */
const MAX_NAME_LENGTH = 255;

const LIMITS = { fieldSize: 8 * 1024, fieldNameSize: 100, fields: 20, files: 1, parts: 21 };

/** Multipart boundaries, headers and text fields around the file. */
const FORM_OVERHEAD_BYTES = 256 * 1024;

/**
 * Receives the upload form. The file is written to disk while it arrives, before or after the text fields.
 *
 * @throws Refusal as soon as the reason is known, without waiting for the rest of the body
 */
export async function receiveForm(ctx: Context, spool: Spool, maxBytes: number): Promise<Form> {
  try {
    return await receive(ctx, spool, maxBytes);
  } catch (error) {
    drain(ctx.req);
    throw error;
  }
}

async function receive(ctx: Context, spool: Spool, maxBytes: number): Promise<Form> {
  if (!(await spool.hasRoom())) throw full('The disk for uploads is almost full');
  if (Number(ctx.get('Content-Length')) > maxBytes + FORM_OVERHEAD_BYTES) throw tooLarge(maxBytes);
  const seen: { file?: NamedFile; nameless?: boolean } = {};

  const received = new Promise<void>((resolve, reject) => {
    let stored: Promise<unknown> = Promise.resolve();
    const storage: StorageEngine = {
      _handleFile(_request, file: File & { readonly stream: Readable }, done) {
        const spooling = spoolUpload(file.stream, spool, maxBytes);
        stored = spooling;
        spooling.then(
          (spooled) => {
            seen.file = { ...spooled, name: file.originalname };
            done(null, { ...file, path: spooled.path });
          },
          (error: unknown) => {
            // multer reads the whole body before it reports an error.
            reject(asRefusal(error));
            done(error);
          },
        );
      },
      _removeFile(_request, _file, done) {
        (seen.file?.discard() ?? Promise.resolve()).then(done as () => void, done);
      },
    };
    const options: FormOptions = {
      storage,
      limits: LIMITS,
      defParamCharset: 'utf8',
      fileFilter(_request, file, done: (error: Error | null, accept: boolean) => void) {
        const refusal = refusalOf(file);
        if (refusal !== null) reject(refusal);
        if (refusal === null) done(null, true);
        else done(refusal, false);
      },
      streamHandler(request, parser) {
        parser.on('file', (field, _stream, { filename }) => {
          if (field === 'file' && !filename) seen.nameless = true;
        });
        request.pipe(parser);
      },
    };
    const middleware = multer(options).fields([{ name: 'file', maxCount: 1 }]);
    Promise.resolve(middleware(ctx, () => Promise.resolve())).then(resolve, (error: unknown) => {
      // This error only says that the file's stream was stopped; the spool knows why.
      void stored
        .catch(() => undefined)
        .finally(() => {
          reject(asRefusal(error));
        });
    });
  });
  await received;

  // multer puts text fields where body parsers do; Koa's types have no such property.
  const { body } = ctx.request as unknown as { body?: Record<string, unknown> };
  const fields = { ...body };
  if (seen.file !== undefined) return { file: seen.file, fields };
  // A part without a file name arrives as a text field.
  if (seen.nameless === true || 'file' in fields) throw notCsv();
  throw new Refusal('invalid', 'Expected the part "file", received none', [
    { loc: ['body', 'file'], msg: 'Field required', type: 'missing' },
  ]);
}

function refusalOf({ fieldname, originalname, mimetype }: File): Refusal | null {
  if (fieldname !== 'file') return null;
  if (!isNamedCsv(originalname, mimetype)) return notCsv();
  const { length } = originalname;
  if (length <= MAX_NAME_LENGTH) return null;
  const msg = `Expected a file name of at most ${MAX_NAME_LENGTH} characters, received ${length}`;
  return new Refusal('invalid', msg, [{ loc: ['body', 'file'], msg, type: 'too_long' }]);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FIELD_VALUE' && error.field === 'file') return notCsv();
    const loc = ['body', ...(error.field === undefined ? [] : [error.field])];
    return new Refusal('invalid', error.message, [{ loc, msg: error.message, type: error.code }]);
  }
  return new Refusal(
    'malformed',
    `Expected a complete multipart/form-data body, received a malformed one: ${messageOf(error)}`,
  );
}
