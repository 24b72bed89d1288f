import { Refusal } from '../errors';

/** The last request of a page: when it was created, and its id. The next page begins after it. */
export interface PageCursor {
  readonly created_at: Date;
  readonly _id: string;
}

/** Opaque to clients: they only send it back. */
export function writeCursor({ created_at, _id }: PageCursor): string {
  return Buffer.from(`${created_at.getTime()} ${_id}`).toString('base64url');
}

/** @throws Refusal `invalid` for a cursor that no page returned */
export function readCursor(cursor: string): PageCursor {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, time, id] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(text) ?? [];
  if (time !== undefined && id !== undefined)
    return { created_at: new Date(Number(time)), _id: id };
  const msg = 'Expected the next_cursor of an earlier page';
  throw new Refusal('invalid', msg, [{ loc: ['query', 'cursor'], msg, type: 'custom' }]);
}
