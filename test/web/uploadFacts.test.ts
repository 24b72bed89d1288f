import { formatMaximum, nameOfDelimiter } from '../../web/logic/uploadFacts';

describe('nameOfDelimiter', () => {
  it.each([
    [',', 'comma'],
    ['\t', 'tab'],
    ['^', '^'],
  ])('of %j is %j', (delimiter, name) => {
    expect(nameOfDelimiter(delimiter)).toBe(name);
  });
});

describe('formatMaximum', () => {
  const options = {
    quality: 50,
    format: 'keep',
    effort: 'balanced',
    base_url: null,
    output: 'append',
  } as const;

  it.each([
    [null, null, 'none'],
    [1200, null, '1,200 × any pixels'],
    [null, 900, 'any × 900 pixels'],
    [1200, 900, '1,200 × 900 pixels'],
  ])('of %s by %s is %j', (max_width, max_height, text) => {
    expect(formatMaximum({ ...options, max_width, max_height }, 'en')).toBe(text);
  });
});
