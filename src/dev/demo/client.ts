import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const acceptedSchema = z.object({ request_id: z.string() });
const problemSchema = z.object({ detail: z.unknown() });

const requestSchema = z.object({
  request_id: z.string(),
  status: z.string(),
  details: z.string(),
  counts: z.object({
    total: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    pending: z.number(),
  }),
  bytes: z.object({ in: z.number(), out: z.number() }),
  links: z.object({ result: z.string().nullable(), failed: z.string().nullable() }),
});
export type RequestView = z.output<typeof requestSchema>;

const imagesSchema = z.object({
  images: z.array(
    z.object({
      row: z.number(),
      source_url: z.string().nullable(),
      status: z.string(),
      attempts: z.number(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type ImageView = z.output<typeof imagesSchema>['images'][number];

export type Client = ReturnType<typeof createClient>;

/** What the demo asks of the API, over HTTP as everybody else. */
export function createClient(url: string) {
  return {
    /** @returns the request id */
    async upload(name: string, csv: Uint8Array<ArrayBuffer>, webhookUrl: string): Promise<string> {
      const body = new FormData();
      body.set('file', new Blob([csv], { type: 'text/csv' }), name);
      body.set('webhook_url', webhookUrl);
      const answer = await call(`${url}/image/upload/`, { method: 'POST', body });
      return acceptedSchema.parse(await answer.json()).request_id;
    },

    async request(id: string): Promise<RequestView> {
      const answer = await call(`${url}/image/requests/${id}`);
      return requestSchema.parse(await answer.json());
    },

    /** Every place in the sheet, in its order. */
    async *images(id: string): AsyncGenerator<ImageView> {
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = new URL(`${url}/image/requests/${id}/images?limit=1000`);
        if (cursor !== '') page.searchParams.set('cursor', cursor);
        const answer = await call(page.href);
        const { images, next_cursor } = imagesSchema.parse(await answer.json());
        yield* images;
        cursor = next_cursor;
      }
    },

    async save(link: string, file: string): Promise<void> {
      const { body } = await call(link);
      if (body === null) throw new Error(`Expected a file from ${link}, received no content`);
      await pipeline(body, createWriteStream(file));
    },
  };
}

async function call(url: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (answer.ok) return answer;
  const problem = problemSchema.safeParse(await answer.json().catch(() => null));
  const detail = problem.success ? problem.data.detail : answer.statusText;
  const said = typeof detail === 'string' ? detail : JSON.stringify(detail, null, 2);
  throw new Error(`Expected the service to answer, received HTTP ${answer.status}: ${said}`);
}
