import { readColumnNames } from '../../sheet/columnNames';

describe('readColumnNames(field)', () => {
  it('reads one CSV record of names', () => {
    expect(readColumnNames('Main Image,"Images, other"')).toEqual(['Main Image', 'Images, other']);
  });

  it.each([
    ['none', ' '],
    ['a text that is not one record', 'a\nb'],
    ['more', Array.from({ length: 101 }, (_, index) => `c${index}`).join()],
  ])('refuses %s', (received, field) => {
    expect(() => readColumnNames(field)).toThrow(
      `Expected up to 100 names of columns as one CSV record, such as Main Image,"Images, other"; received ${received}`,
    );
  });
});
