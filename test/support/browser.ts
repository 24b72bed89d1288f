import { chromium } from 'playwright-core';

export interface ShownPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each pixel, as sRGB. */
  readonly pixels: Buffer;
}

export interface BrowserReference {
  /** Returns a picture as Chromium paints it on white, or `null` when Chromium cannot decode it. */
  show(bytes: Buffer): Promise<ShownPicture | null>;
  close(): Promise<void>;
}

interface Painted {
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

/** Opens Chromium as the reference for how a picture looks. It paints in sRGB, whatever the screen's profile. */
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

/** Runs in the page. It is a string because it uses types of the browser, which this project does not include. */
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
