import { createClient } from '../../client';
import { checkAnswer, checkEvents, type ApiCall } from './answers';

/** All tests call the API through this file, which checks every response against the OpenAPI document. */

const faults: Error[] = [];

/** Returns the faults since the last call, and clears them. */
export const takeFaults = (): Error[] => faults.splice(0);

// A fault fails its test even if the test does not read the response, or repeats a failed call.
afterEach(() => {
  const [first] = takeFaults();
  if (first !== undefined) throw first;
});

/** Like `fetch`, but rejects when the response is not as documented. */
export async function call(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  const { pathname: path } = new URL(response.redirected ? response.url : url);
  const apiCall: ApiCall = { method: init.method ?? 'GET', path };
  await checkAnswer(apiCall, response).catch(report);
  const { body, status, headers } = response;
  if (body === null || headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return response;
  return new Response(body.pipeThrough(checkEvents(apiCall, report)), { status, headers });
}

function report(error: Error): never {
  faults.push(error);
  throw error;
}

/** Returns a typed client whose responses are checked. It repeats no call, so that no failure is hidden. */
export const clientOf = (url: string, key?: string) =>
  createClient({ url, key, fetch: call, retries: 0 });
