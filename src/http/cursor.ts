import { Refusal } from '../errors';

/** Behind which request of the list a page begins: when that was created, and its id. */
export interface PageCursor {
  readonly created_at: Date;
  readonly _id: string;
}

/** Opaque to clients: they only hand it back. */
export function writeCursor({ created_at, _id }: PageCursor): string {
  return Buffer.from(`${created_at.getTime()} ${_id}`).toString('base64url');
}

/** @throws Refusal `invalid` for what no page gave */
export function readCursor(cursor: string): PageCursor {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, time, id] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(text) ?? [];
  if (time !== undefined && id !== undefined)
    return { created_at: new Date(Number(time)), _id: id };
  const msg = 'Expected the next_cursor of an earlier page';
  throw new Refusal('invalid', msg, [{ loc: ['query', 'cursor'], msg, type: 'custom' }]);
}
