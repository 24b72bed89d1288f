/** Returns an idempotency key. Browsers have `crypto.randomUUID` only on pages by HTTPS and from localhost. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
