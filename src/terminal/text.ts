/** Control and format characters: in a terminal they move the cursor, change colours, or hide text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Makes text from outside (file names, responses of servers) safe to print: one line, without control characters. */
export function printable(text: string, width = Infinity): string {
  const line = text.replace(UNPRINTABLE, ' ').trim();
  const letters = Array.from(line);
  return letters.length <= width ? line : `${letters.slice(0, width - 1).join('')}…`;
}
