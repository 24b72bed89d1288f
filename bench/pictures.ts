import sharp from 'sharp';
import { makePicture } from '../src/dev/demo/pictures';

const [WIDTH, HEIGHT] = [1200, 900] as const;

/** Makes different pictures of this size. They resemble photos (`jpg`), or objects without a background (`png`). */
export async function makePictures(count: number, kind: 'jpg' | 'png'): Promise<Buffer[]> {
  const pictures: Buffer[] = [];
  while (pictures.length < count) {
    const { bytes } = await makePicture(`${pictures.length}.${kind}`, [WIDTH, HEIGHT]);
    pictures.push(bytes);
  }
  return pictures;
}

/** One picture of each kind that shops and sites have. Each is the same in every run. */
export async function makeKinds(): Promise<Record<string, Buffer>> {
  // The compressor refuses SVG in the whole process; here it is only drawn with.
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
  const [photo = Buffer.of()] = await makePictures(1, 'jpg');
  const [cutOut = Buffer.of()] = await makePictures(1, 'png');
  const drawn = (content: string) =>
    sharp(Buffer.from(svgOf(content)))
      .removeAlpha()
      .png()
      .toBuffer();
  return {
    photo,
    'product on white': await sharp(cutOut)
      .flatten({ background: '#fff' })
      .jpeg({ quality: 92 })
      .toBuffer(),
    transparent: cutOut,
    drawing: await drawn(drawing()),
    screenshot: await drawn(screenshot()),
    gradient: await drawn(GRADIENT),
  };
}

function svgOf(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${content}</svg>`;
}

const GRADIENT = `<defs>
  <linearGradient id="sky" x2="0.3" y2="1"><stop stop-color="#103a8c"/><stop offset="1" stop-color="#f7c59f"/></linearGradient>
  <radialGradient id="sun" cx="0.7" cy="0.4" r="0.5"><stop stop-color="#fff6d5"/><stop offset="1" stop-color="#fff6d5" stop-opacity="0"/></radialGradient>
</defs><rect width="100%" height="100%" fill="url(#sky)"/><rect width="100%" height="100%" fill="url(#sun)"/>`;

/** Flat shapes with outlines. */
function drawing(): string {
  const random = numbers(7);
  const shapes = Array.from({ length: 60 }, () => {
    const [x, y, size] = [random() * WIDTH, random() * HEIGHT, 20 + random() * 120];
    const look = `fill="hsl(${Math.floor(random() * 360)} 70% 60%)" stroke="#222" stroke-width="4"`;
    return random() < 0.5
      ? `<circle cx="${x}" cy="${y}" r="${size}" ${look}/>`
      : `<rect x="${x}" y="${y}" width="${size * 2}" height="${size}" rx="12" ${look}/>`;
  });
  return `<rect width="100%" height="100%" fill="#fdf6e3"/>${shapes.join('')}`;
}

/** Letters as strokes in a square of 6 × 8, since a machine may have no fonts. */
const LETTERS = [
  'M0 8L3 0L6 8M1 5H5',
  'M6 0H0V8H6M0 4H4',
  'M0 8V0L6 8V0',
  'M6 1H1V4H5V8H0',
  'M0 0H6M3 0V8',
  'M0 8V0H6V4H0M3 4L6 8',
];
const [LETTER, LINE] = [9, 18];

/** Windows with lines of text. */
function screenshot(): string {
  const random = numbers(11);
  const linesAt = (left: number, top: number, columns: number, rows: number) =>
    Array.from({ length: rows * columns }, (_, index) => {
      if (random() < 0.18) return '';
      const [x, y] = [left + (index % columns) * LETTER, top + Math.floor(index / columns) * LINE];
      return `<path transform="translate(${x} ${y})" d="${LETTERS[Math.floor(random() * LETTERS.length)] ?? ''}"/>`;
    }).join('');
  return `<rect width="100%" height="100%" fill="#f3f4f6"/><rect width="100%" height="56" fill="#24292f"/>
<rect x="24" y="80" width="300" height="796" fill="#fff" stroke="#d0d7de"/><rect x="348" y="80" width="828" height="796" fill="#fff" stroke="#d0d7de"/>
<g fill="none" stroke-width="1.2"><g stroke="#57606a">${linesAt(44, 110, 29, 40)}</g><g stroke="#1f2328">${linesAt(372, 110, 86, 40)}</g></g>
<rect x="980" y="800" width="160" height="44" rx="8" fill="#1f883d"/>`;
}

/** Numbers from 0 to below 1, the same in every run (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
