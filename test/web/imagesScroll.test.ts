import type { Page } from 'playwright-core';
import { finished, sheet, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { startVisitor, type Visitor } from '../support/webPage';

const ROWS = 100_000;
const PICTURES = 10;

/** To record so many rows takes long on a busy machine. */
const RECORDING_MS = 600_000;
const WIDE = { viewport: { width: 1280, height: 900 } };

/** Elements of the list that may be in the document, however long it is. */
const MAX_ELEMENTS = 1_000;

interface Shown {
  readonly row: number;
  readonly name: string;
}

/** What happened while the list was scrolled. */
interface Scrolling {
  /** How long each took, in milliseconds. */
  readonly frames: readonly number[];
  readonly maxElements: number;
}

let visitor: Visitor;
let origin: Origin;
let service: Service;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  service = await startService();
  for (let number = 0; number < PICTURES; number += 1) {
    origin.on(`/${number}.jpg`, bytes(await photo()));
  }
});
afterAll(async () => {
  await visitor.close();
  await service.stop();
  await origin.stop();
});

async function recorded(linksOf: (row: number) => number, rows: number): Promise<string> {
  const lines = Array.from({ length: rows }, (_, index) => {
    const links = Array.from(
      { length: linksOf(index + 1) },
      (_, position) => `${origin.url}/${(index + 1 + position) % PICTURES}.jpg`,
    );
    return `${index + 1},Product,${links.join(' ')}`;
  });
  const id = await uploaded(service.url, sheet(...lines));
  await finished(service.url, id);
  return id;
}

/** In the page: the rows that are visible in the box, below its header. */
const VISIBLE = `(() => {
  const box = document.querySelector('.images-box').getBoundingClientRect();
  return [...document.querySelectorAll('.images-drawn .images-row')].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > box.top + 40 && top < box.bottom;
  });
})()`;

/** Scrolls to a part of the list, from 0 to 1, and returns what is visible once all of it is read. */
async function shownAt(page: Page, part: number): Promise<Shown[]> {
  await page.evaluate(`{
    const box = document.querySelector('.images-box');
    box.scrollTop = (box.scrollHeight - box.clientHeight) * ${part};
  }`);
  await eventually(
    () =>
      page.evaluate<boolean>(`{
        const rows = ${VISIBLE};
        const height = rows.reduce((sum, row) => sum + row.clientHeight, 0);
        height >= document.querySelector('.images-box').clientHeight - 110 &&
          rows.every((row) => !row.matches('.images-unread'));
      }`),
    (isShown) => isShown,
  );
  return page.evaluate<Shown[]>(
    `${VISIBLE}.map((row) => ({
      row: Number(row.querySelector('.images-place').textContent.replace(/[^0-9.]/g, '')),
      name: row.querySelector('.images-name a').textContent,
    }))`,
  );
}

/** Scrolls from the top at a speed, in pixels a second, to the end of the list or of the time. */
function scrollThrough(page: Page, speed: number, maxSeconds: number): Promise<Scrolling> {
  return page.evaluate<Scrolling>(`new Promise((resolve) => {
    const box = document.querySelector('.images-box');
    const frames = [];
    let maxElements = 0;
    const began = performance.now();
    let last = began;
    box.scrollTop = 0;
    const step = (now) => {
      if (now > last) frames.push(now - last);
      last = now;
      maxElements = Math.max(maxElements, box.querySelectorAll('*').length);
      box.scrollTop = ((now - began) / 1000) * ${speed};
      const isAtEnd = box.scrollTop >= box.scrollHeight - box.clientHeight - 1;
      if (isAtEnd || now - began > ${maxSeconds * 1000}) resolve({ frames, maxElements });
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);
}

function report(name: string, { frames, maxElements }: Scrolling): void {
  const sorted = [...frames].sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  process.stderr.write(
    `${name}: ${frames.length} frames, median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, ` +
      `worst ${at(1)} ms; at most ${maxElements} elements\n`,
  );
}

describe('the list of 100,000 images', () => {
  let id: string;
  beforeAll(async () => {
    id = await recorded(() => 1, ROWS);
  }, RECORDING_MS);

  it.each(['table', 'grid'])(
    'scrolls through as a %s with few elements in the document',
    async (view) => {
      await visitor.visit(
        `${service.url}/requests/${id}`,
        async (page) => {
          await page.getByRole('button', { name: view === 'table' ? 'Table' : 'Grid' }).click();
          await page.getByText('100,000 images', { exact: true }).waitFor();
          const reading = await scrollThrough(page, 3_000, 3);
          report(`${view}, 3,000 pixels a second`, reading);
          const height = await page.evaluate<number>(
            "document.querySelector('.images-box').scrollHeight",
          );
          const whole = await scrollThrough(page, height / 6, 8);
          report(`${view}, the whole list in 6 seconds`, whole);
          expect(reading.maxElements).toBeLessThan(MAX_ELEMENTS);
          expect(whole.maxElements).toBeLessThan(MAX_ELEMENTS);
          expect(whole.maxElements).toBeGreaterThan(20);
        },
        { context: WIDE },
      );
    },
  );

  it('shows every row in its place, wherever one scrolls to', async () => {
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        await page.getByText('100,000 images', { exact: true }).waitFor();
        for (const part of [0, 0.5, 1, 0.123_4, 0.9, 0]) {
          const shown = await shownAt(page, part);
          expect(shown.length).toBeGreaterThan(5);
          const first = shown[0]?.row ?? 0;
          expect(shown).toEqual(
            shown.map((_, index) => ({
              row: first + index,
              name: `${(first + index) % PICTURES}.jpg`,
            })),
          );
          expect(Math.abs(first - part * ROWS)).toBeLessThan(20);
        }
      },
      { context: WIDE },
    );
  });

  it('stays at what is visible when the view changes', async () => {
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        await page.getByText('100,000 images', { exact: true }).waitFor();
        const [first] = await shownAt(page, 0.5);
        await page.getByRole('button', { name: 'Grid' }).click();
        const grid = page.getByRole('region', { name: 'Grid of images' });
        const position = `[aria-posinset="${first?.row ?? 0}"]`;
        await grid.locator(position).getByRole('link').waitFor();
      },
      { context: WIDE },
    );
  });
});

describe('a list whose rows have different numbers of images', () => {
  it('has no gap and no image twice, from wherever it is read first', async () => {
    const id = await recorded((row) => (row < 1_000 ? 1 + (row % 6) : 1), 3_000);
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        await page.locator('.images-box').waitFor();
        for (const part of [1, 0.6, 0.5, 0.3, 0.2, 0.1, 0]) {
          const shown = await shownAt(page, part);
          const places = shown.map(({ row }) => row);
          expect(places).toEqual([...places].sort((one, other) => one - other));
          expect(new Set(places).size).toBe(places.length);
          for (const { row, name } of shown) {
            const [line = 0, position = 1] = String(row).split('.').map(Number);
            expect(name).toBe(`${(line + position - 1) % PICTURES}.jpg`);
          }
          if (part === 1) expect(places.at(-1)).toBe(3_000);
          if (part === 0) expect(places[0]).toBe(1);
        }
      },
      { context: WIDE },
    );
  });
});
