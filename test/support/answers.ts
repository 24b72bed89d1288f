import type { ResponseConfig, RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { requestResource } from '../../contract/http/requests';
import { readConfig } from '../../src/config';
import { isOpen } from '../../src/http/auth';
import type { AppDependencies } from '../../src/http/routes';
import { documented } from '../../src/http/openapi';
import {
  forbiddenResponse,
  problemResponse,
  unauthorizedResponse,
  retryLaterResponse,
  wrongHostResponse,
} from '../../src/http/responses';
import { createRoutes } from '../../src/http/routes';
import { createLogger } from '../../src/telemetry/logger';
import { createApiMetrics } from '../../src/telemetry/metrics/api';

/** Checks the responses of the API against its OpenAPI document. */

export interface ApiCall {
  readonly method: string;
  /** The path of the URL. */
  readonly path: string;
}

type Responses = Readonly<Record<string, ResponseConfig>>;

const logger = createLogger('silent', 'test');

/** The routes are read and never called, so what only a call needs is missing. */
const unused = { records: {}, files: {}, requests: {}, health: {} };
export const OPERATIONS: readonly RouteConfig[] = createRoutes({
  ...unused,
  logger,
  config: readConfig({}),
  metrics: createApiMetrics({ countByState: () => Promise.resolve({}), logger }),
  stopping: new AbortController().signal,
} as unknown as AppDependencies).map(documented);

const allow = { Allow: { required: true, schema: { type: 'string' } } } as const;
const notAllowed = { ...problemResponse('No such method of this path.'), headers: allow };
/** The page, the documentation or a file of them; the OpenAPI document lists operations only. */
const page = { description: 'A page.', content: { '*/*': {} } };
const unchanged = { description: 'The client has the current page.' };

/** The responses that are possible for every call of a path. */
const refusals = (path: string): Responses => ({
  403: forbiddenResponse('write'),
  421: wrongHostResponse,
  503: retryLaterResponse('MongoDB cannot be reached.'),
  ...(!isOpen(path) && { 401: unauthorizedResponse }),
});

/** @throws Error when the document does not describe the response */
export async function checkAnswer(apiCall: ApiCall, response: Response): Promise<void> {
  const call = `${apiCall.method} ${apiCall.path}`;
  const { status } = response;
  const expected = responsesTo(apiCall)[status];
  if (expected === undefined) throw new Error(`${call} answered ${status}, which is undocumented`);

  const headers = 'headers' in expected ? expected.headers : {};
  for (const [name, header] of Object.entries(headers as Record<string, { required?: boolean }>)) {
    if (header.required === true && !response.headers.has(name))
      throw new Error(`${call} answered ${status} without its header ${name}`);
  }
  if (expected.content === undefined || ['HEAD', 'OPTIONS'].includes(apiCall.method)) return;

  const type = response.headers.get('content-type')?.replace(/ *;.*/, '') ?? '';
  const [, media] = Object.entries(expected.content).find(([name]) => covers(name, type)) ?? [];
  if (media === undefined) throw new Error(`${call} answered ${status} as ${type || 'no type'}`);
  // The schemas of other types declare only text or bytes.
  if (type !== 'application/json') return;
  if ('schema' in media && media.schema instanceof z.ZodType) {
    const fault = faultOf(media.schema, await response.clone().text());
    if (fault !== null) throw new Error(`${call} answered ${status} with ${fault}`);
  }
}

/** Returns the documented responses by status. Our routes contain no `$ref`. */
function responsesTo({ method, path }: ApiCall): Responses {
  const url = path.replace(/(?<=.)\/$/, '');
  const withPath = (isSame: (template: string) => boolean) =>
    OPERATIONS.filter((operation) => isSame(operation.path.replace(/\/$/, '')));
  // A literal path comes before a parameter: `retry` is not a request id.
  const exact = withPath((template) => template === url);
  const operations =
    exact.length > 0 ? exact : withPath((template) => patternOf(template).test(url));

  if (operations.length === 0) {
    const isPage = isOpen(path);
    const pages = { 200: page, 304: unchanged, 405: notAllowed };
    return { ...refusals(path), 404: problemResponse('No such path.'), ...(isPage && pages) };
  }
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = operations.find((one) => one.method === name);
  if (operation !== undefined) return operation.responses as Responses;
  const listed = method === 'OPTIONS' ? { 200: { ...page, headers: allow } } : { 405: notAllowed };
  return { ...refusals(path), ...listed };
}

const patternOf = (template: string) =>
  new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);

/** Whether a documented media type, such as `image/*`, covers the one that was sent. */
function covers(documentedType: string, type: string): boolean {
  if (documentedType === '*/*') return true;
  return documentedType.endsWith('/*')
    ? type.startsWith(documentedType.slice(0, -1))
    : type === documentedType;
}

/** Returns how a body deviates from its schema, or `null`. A key that the schema lacks is a fault. */
function faultOf(schema: z.ZodType, body: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return `a body that is no JSON: ${body}`;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    return `a body outside its schema: ${z.prettifyError(parsed.error)}\n${body}`;
  const unknown = unknownKeys(value, parsed.data);
  return unknown.length === 0 ? null : `undocumented fields: ${unknown.join(', ')}`;
}

/** Returns the paths of the keys that parsing dropped. */
function unknownKeys(value: unknown, parsed: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = at === '' ? key : `${at}.${key}`;
    const known = Object.entries(parsed ?? {}).find(([name]) => name === key);
    return known === undefined ? [path] : unknownKeys(inner, known[1], path);
  });
}

/**
 * Passes server-sent events on, and checks each of them.
 *
 * @param onFault called for an invalid event; its error aborts the stream
 */
export function checkEvents(
  { method, path }: ApiCall,
  onFault: (fault: Error) => never,
): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  let rest = '';
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fault = faultOfEvent(block);
        if (fault !== null) onFault(new Error(`${method} ${path} sent ${fault}`));
      }
    },
  });
}

function faultOfEvent(block: string): string | null {
  if (block.startsWith(':')) return null;
  const [, data] = /^id: \S+\nevent: request\ndata: (.*)$/.exec(block) ?? [];
  return data === undefined ? `another event: ${block}` : faultOf(requestResource, data);
}
