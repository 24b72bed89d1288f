import { barPlot } from '../../bench/barPlot';

const widthsOf = (svg: string) =>
  [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="24"/g)].map(([, width]) =>
    Number(width),
  );

describe('a plot of bars', () => {
  const plot = {
    title: 'Speed & <cost>',
    unit: 'ms',
    parts: ['worker', 'API'],
    bars: [
      { label: 'ours', values: [30, 10], isReference: false },
      { label: 'bare', values: [20], isReference: true },
    ],
  };

  it('draws each part in proportion', () => {
    const [one = 0, ...others] = widthsOf(barPlot(plot));
    expect(others.map((width) => width / one)).toEqual([
      expect.closeTo(1 / 3, 2),
      expect.closeTo(2 / 3, 2),
    ]);
  });

  it('names bars, parts and sums', () => {
    const svg = barPlot(plot);
    for (const text of ['ours', 'bare', 'worker', 'API', '40.0 ms', '20.0 ms']) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  it('has no legend for a single part', () => {
    const bars = [{ label: 'ours', values: [30], isReference: false }];
    const svg = barPlot({ ...plot, parts: ['worker'], bars });
    expect(svg).not.toContain('>worker<');
  });

  it('colours references in a colour of their own', () => {
    const colours = [...barPlot(plot).matchAll(/height="24" fill="(#\w+)"/g)].map(([, one]) => one);
    expect(new Set(colours).size).toBe(3);
  });

  it('escapes its texts', () => {
    expect(barPlot(plot)).toContain('<title>Speed &amp; &lt;cost&gt;</title>');
  });

  it('has colours for light and for dark pages', () => {
    expect(barPlot(plot)).toContain('@media (prefers-color-scheme: dark)');
  });
});
