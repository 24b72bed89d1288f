import { readOptions } from '../../bench/options';

const read = (...args: string[]) => readOptions(args, ['work', 'small'], ['cost']);

describe('the options of the benchmark', () => {
  it('measure and write everything documented by default', () => {
    expect(read()).toEqual({
      size: 'whole',
      names: ['work', 'small'],
      mongodbUri: null,
      writes: true,
    });
  });

  it.each([
    ['--quick', { size: 'quick', names: ['work', 'small'], writes: false }],
    ['small', { size: 'whole', names: ['small'], writes: false }],
    ['cost', { names: ['cost'], writes: false }],
  ])('only print with %s', (argument, expected) => {
    expect(read(argument)).toMatchObject(expected);
  });

  it('take another MongoDB', () => {
    expect(read('--mongodb-uri', 'mongodb://db/x', 'work').mongodbUri).toBe('mongodb://db/x');
  });

  it.each([['speed'], ['--fast'], ['--mongodb-uri']])('refuse %s with the usage', (...args) => {
    expect(() => read(...args)).toThrow(/npm run bench -- /);
  });
});
