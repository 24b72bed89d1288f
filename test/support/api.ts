import { createClient } from '../../client';
import { checkAnswer, checkEvents, type Asked } from './answers';

/** The way to the API for all tests: every answer is checked against the OpenAPI document. */

const faults: Error[] = [];

/** Faults of answers since the last time, which are then forgotten. */
export const takeFaults = (): Error[] => faults.splice(0);

// A fault fails its test also where the test does not read the answer, or asks again after an error.
afterEach(() => {
  const [first] = takeFaults();
  if (first !== undefined) throw first;
});

/** `fetch`, which rejects when the answer is not as documented. */
export async function call(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  const { pathname: path } = new URL(response.redirected ? response.url : url);
  const asked: Asked = { method: init.method ?? 'GET', path };
  await checkAnswer(asked, response).catch(report);
  const { body, status, headers } = response;
  if (body === null || headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return response;
  return new Response(body.pipeThrough(checkEvents(asked, report)), { status, headers });
}

function report(error: Error): never {
  faults.push(error);
  throw error;
}

/** The typed client, whose answers are checked. */
export const clientOf = (url: string, key?: string) => createClient({ url, key, fetch: call });
