import { linePlot } from '../../bench/linePlot';

describe('a plot of lines', () => {
  const svg = linePlot({
    title: 'Memory',
    xLabel: 'images',
    yLabel: 'MiB',
    series: [
      {
        name: 'worker',
        points: [
          [1_000, 100],
          [10_000, 150],
          [100_000, 200],
        ],
      },
    ],
  });
  const points = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );

  it('has a logarithmic x axis', () => {
    const [first = 0, second = 0, third = 0] = points.map(([x]) => x);
    expect(second - first).toBeCloseTo(third - second, 0);
  });

  it('has a y axis that begins at 0', () => {
    const zero = Number(/y="([\d.]+)" text-anchor="end">0</.exec(svg)?.[1]) - 4;
    const [first = 0, , third = 0] = points.map(([, y]) => zero - y);
    expect(third / first).toBeCloseTo(2, 1);
  });

  it('names its axes and steps', () => {
    for (const text of ['images', 'MiB', 'worker', '1,000', '100,000', '50', '200']) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });
});
