import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createClient } from '../client/index';

export type Api = ReturnType<typeof createApi>;

interface ApiOptions {
  /** The path prefix of the service, without a slash at its end. */
  readonly prefix: string;
  readonly key: string | null;
  /** Called when the service asks for a key or refuses the given one. */
  readonly onUnauthorized: () => void;
}

/** The typed client of the service that the page is from, and what links need. */
export function createApi({ prefix, key, onUnauthorized }: ApiOptions) {
  const client = createClient({
    url: prefix,
    key: key ?? undefined,
    // Views show every failure at once, and load again by themselves.
    retries: 0,
    onError({ status }) {
      if (status === 401) onUnauthorized();
    },
  });
  return {
    ...client,
    /** A link cannot send the key. */
    needsKey: key !== null,
    /** Where a link to the result CSV leads. With a key, a link alone is answered 401: see `result`. */
    resultPath: (id: string, only?: 'failed') =>
      `${prefix}/image/result/${id}${only === undefined ? '' : `?only=${only}`}`,
  };
}

const ApiContext = createContext<Api | null>(null);
export const ApiProvider = ApiContext.Provider;

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error('Expected an ApiProvider around this component');
  return api;
}
