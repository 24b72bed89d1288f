/** Where a page of images begins: `ROW.INDEX`, as the service documents it. */

export interface Place {
  readonly row: number;
  /** `null` for a bad row. */
  readonly position: number | null;
}

export const cursorAtRow = (row: number): string => `${row}.0`;

export const cursorAt = ({ row, position }: Place): string => `${row}.${(position ?? 1) - 1}`;

export const cursorAfter = ({ row, position }: Place): string => `${row}.${position ?? 1}`;

/** The row in which a page begins: of the rows before it, everything was read. */
export const rowOf = (cursor: string): number => Number(cursor.split('.')[0]);

export function isBefore(one: Place, other: Place): boolean {
  return (
    one.row < other.row || (one.row === other.row && (one.position ?? 0) < (other.position ?? 0))
  );
}
