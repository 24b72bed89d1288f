/** Control and format characters: in a terminal they move the cursor, colour, or hide what is there. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Text from outside (file names, answers of servers) on one line of a terminal, and nothing but text. */
export function printable(text: string, width = Infinity): string {
  const line = text.replace(UNPRINTABLE, ' ').trim();
  const letters = Array.from(line);
  return letters.length <= width ? line : `${letters.slice(0, width - 1).join('')}…`;
}
