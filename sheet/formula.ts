/**
 * The beginning of a cell that a spreadsheet runs as a formula (OWASP, CSV injection), including full-width characters
 * and the minus sign that typography uses. Spreadsheets skip leading white space and invisible characters.
 */
const FORMULA_START =
  /^(?:[\t\r\n]|[\s\u00AD\u200B-\u200F\u2060\uFEFF]*[=+\-@＝＋－＠\u2212\uFE62\uFE63\uFE66\uFE6B])/;

/** A sign and digits, with the separators of any country: `-5`, `+3.5`, `-1.234,56`, `-1e-3`, `-5 %`. */
const SIGNED_NUMBER =
  /^[ \u00A0]*[+\-\u2212](?:\d[\d.,'’\u00A0\u202F]*|[.,]\d+)(?:e[+-]?\d+)?[ \u00A0]?%?[ \u00A0]*$/i;

/** No number is longer. The pattern would take minutes for a cell of a megabyte. */
const MAX_NUMBER = 40;

/** Whether a spreadsheet would run a cell as a formula. A number with a sign is only a number. */
export function isFormula(cell: string): boolean {
  const isNumber = cell.length <= MAX_NUMBER && SIGNED_NUMBER.test(cell);
  return FORMULA_START.test(cell) && !isNumber;
}

/** Puts `'` before a cell that would run as a formula. */
export function escapeFormula(cell: string): string {
  return isFormula(cell) ? `'${cell}` : cell;
}

/** Takes off the `'` that results have before formulas, and those of older versions also before numbers with a sign. */
export function unescapeFormula(cell: string): string {
  return cell.startsWith("'") && FORMULA_START.test(cell.slice(1)) ? cell.slice(1) : cell;
}
