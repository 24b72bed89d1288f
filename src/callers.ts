/** What a caller may do; each right includes those before it. */
const RIGHTS = ['read', 'write', 'operate'] as const;

export type Right = (typeof RIGHTS)[number];

export interface Caller {
  /** `null`: its key has no name, or the service has no keys. */
  readonly name: string | null;
  readonly right: Right;
}

/** An entry of `API_KEYS`. */
export interface ApiKey extends Caller {
  readonly key: string;
}

/** The caller with a key that has no name, or of a service without keys. */
export const UNNAMED: Caller = { name: null, right: 'operate' };

export function hasRight({ right }: Caller, needed: Right): boolean {
  return RIGHTS.indexOf(right) >= RIGHTS.indexOf(needed);
}

/** The owner whose requests are the only ones that the caller sees and changes; `null`: it sees all. */
export function visibleOwner(caller: Caller): string | null {
  return hasRight(caller, 'operate') ? null : caller.name;
}

const NAMED = new RegExp(`^([A-Za-z0-9._-]{1,64}):(${RIGHTS.join('|')}):([\\x21-\\x7e]+)$`);
/** Header values are ASCII: a key with other characters could not be sent. */
const KEY = /^[\x21-\x7e]+$/;

/**
 * Reads `KEY` or `name:right:KEY`. A colon makes an entry a named one: a mistyped right must not become a part of a
 * key that has all rights.
 *
 * @returns `null` when it is neither
 */
export function parseApiKey(entry: string): ApiKey | null {
  const [, name, right, key] = NAMED.exec(entry) ?? [];
  if (name !== undefined && key !== undefined) {
    return { name, right: RIGHTS.find((one) => one === right) ?? 'read', key };
  }
  return KEY.test(entry) && !entry.includes(':') ? { ...UNNAMED, key: entry } : null;
}
