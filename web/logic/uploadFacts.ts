import type { RequestResource } from '../../contract/http/requests';
import { formatNumber } from './format';

/** How the options and the file of a request are written for people. */

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

export function nameOfDelimiter(delimiter: string): string {
  return DELIMITERS[delimiter] ?? delimiter;
}

type Options = RequestResource['options'];

export function formatMaximum({ max_width, max_height }: Options, locale?: string): string {
  if (max_width === null && max_height === null) return 'none';
  const side = (pixels: number | null) => (pixels === null ? 'any' : formatNumber(pixels, locale));
  return `${side(max_width)} × ${side(max_height)} pixels`;
}

export const OUTPUT_LABELS: Readonly<Record<Options['output'], string>> = {
  append: 'append (a column of new links)',
  replace: 'replace (new links in place of the old ones)',
};
