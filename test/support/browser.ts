import { chromium } from 'playwright-core';

export interface ShownPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each pixel, as sRGB. */
  readonly pixels: Buffer;
}

export interface BrowserReference {
  /** A picture as Chromium paints it on white, or `null` when it does not show it. */
  show(bytes: Buffer): Promise<ShownPicture | null>;
  close(): Promise<void>;
}

interface Painted {
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

/** Chromium as the measure of what a picture looks like. Screens' profiles are left out: sRGB is what is painted. */
export async function openBrowserReference(): Promise<BrowserReference> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--force-color-profile=srgb'],
  });
  const page = await browser.newPage();
  return {
    async show(bytes) {
      const shown = await page.evaluate<Painted | null>(
        `(${PAINT})('${bytes.toString('base64')}')`,
      );
      return shown && { ...shown, pixels: Buffer.from(shown.pixels, 'base64') };
    },
    close: () => browser.close(),
  };
}

/** Runs in the page, whose types are not ours: hence a text. */
const PAINT = `async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const picture = new Image();
  picture.src = URL.createObjectURL(new Blob([bytes]));
  try {
    await picture.decode();
  } catch {
    return null;
  }
  const canvas = document.createElement('canvas');
  const [width, height] = [picture.naturalWidth, picture.naturalHeight];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { colorSpace: 'srgb' });
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  URL.revokeObjectURL(picture.src);
  const { data } = context.getImageData(0, 0, width, height);
  let text = '';
  for (let at = 0; at < data.length; at += 8192) {
    text += String.fromCharCode(...data.subarray(at, at + 8192));
  }
  return { width, height, pixels: btoa(text) };
}`;
