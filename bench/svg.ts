/** Distinct in light and dark, and for those who do not see all colours (Okabe and Ito); grey for references. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'] as const;
export const GREY = '#8c959f';
export const WIDTH = 720;
export const MARGIN = 16;
const LEGEND_ROW = 22;
export const TITLE = 40;
/** A character's width at the size of the text, at most. */
export const CHARACTER = 7.2;

const STYLE = `<style>
  .ground { fill: #ffffff } text { fill: #1f2328; font: 13px sans-serif } .title { font-weight: bold }
  .axis { stroke: #8c959f; fill: none }
  @media (prefers-color-scheme: dark) { .ground { fill: #0d1117 } text { fill: #e6edf3 } }
</style>`;

export function legendOf(names: readonly string[], top: number) {
  let [x, y] = [MARGIN, top];
  const drawn = names.flatMap((name, index) => {
    const width = 36 + CHARACTER * name.length;
    if (x + width > WIDTH && x > MARGIN) [x, y] = [MARGIN, y + LEGEND_ROW];
    const entry = [rectangle(x, y, 12, 12, colourOf(index)), text(x + 18, y + 11, name)];
    x += width;
    return entry;
  });
  return { drawn, bottom: y + LEGEND_ROW + 6 };
}

export function svgOf(title: string, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img">`,
    `<title>${escaped(title)}</title>`,
    STYLE,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    `<text class="title" x="${MARGIN}" y="26">${escaped(title)}</text>`,
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
): string {
  return `<rect x="${fixed(x)}" y="${fixed(y)}" width="${fixed(width)}" height="${height}" fill="${colour}"/>`;
}

export function text(
  x: number,
  y: number,
  content: string,
  anchor: 'end' | 'middle' | 'start' = 'start',
) {
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${fixed(x)}" y="${fixed(y)}"${place}>${escaped(content)}</text>`;
}

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] ?? COLOURS[0];
export const fixed = (value: number): string => String(Number(value.toFixed(1)));

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
