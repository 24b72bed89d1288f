import { Refusal } from '../contract/refusal';

/** The end-of-text mark of CP/M and DOS. Old programs still write it, sometimes repeatedly to fill a block. */
const END_OF_TEXT = '\u001a';

/** A byte order mark, after decoding. */
const MARK = '\ufeff';

interface TextCleaner {
  /** Returns the part without what is left out; a part may become empty. */
  add(decoded: string): string;
  /** @throws Refusal `invalid` when there was no text */
  end(): void;
}

/** Leaves out the byte order mark of a text, and end-of-text marks at its end. */
export function createTextCleaner(hasMark: boolean): TextCleaner {
  let isEmpty = true;
  let mark = hasMark ? MARK : '';
  let held = '';
  return {
    add(decoded) {
      if (decoded === '') return '';
      const unmarked = decoded.slice(mark.length);
      mark = '';
      if (unmarked === '') return '';
      isEmpty = false;
      const text = held + unmarked;
      let end = text.length;
      while (end > 0 && text.charAt(end - 1) === END_OF_TEXT) end -= 1;
      held = text.slice(end);
      return text.slice(0, end);
    },
    end() {
      if (isEmpty)
        throw new Refusal('invalid', 'Expected a header and rows, received an empty file');
    },
  };
}
