import sharp from 'sharp';

/** Pictures that the tests generate, each of them once. */

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Returns gradients with some grain, which compress like photos. */
export function pixels(width: number, height: number, channels = 3): Buffer {
  const data = Buffer.alloc(width * height * channels);
  let index = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const grain = (((y * width + x) * 2_654_435_761) >>> 0) % 24;
      for (let channel = 0; channel < channels; channel += 1) {
        data[index] = (x + y + grain + channel * 40) & 0xff;
        index += 1;
      }
    }
  }
  return data;
}

export function picture(width: number, height: number, channels: 3 | 4 = 3) {
  return sharp(pixels(width, height, channels), { raw: { width, height, channels } });
}

export const photo = once(() => picture(320, 240).jpeg({ quality: 95 }).toBuffer());
export const webp = once(() => picture(200, 150).webp({ quality: 95 }).toBuffer());
export const avif = once(() => picture(64, 64).avif({ quality: 90, effort: 0 }).toBuffer());
export const tiff = once(() => picture(200, 150).tiff({ compression: 'none' }).toBuffer());
export const transparentPng = once(() => picture(200, 150, 4).png().toBuffer());

/** Stored as 200×120; its EXIF orientation makes it 120 wide and 200 high. */
export const turnedPhoto = once(() =>
  picture(200, 120).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
);

export const animation = once(async () => {
  const frames = await Promise.all(
    ['#f00', '#0f0', '#00f'].map((background) =>
      sharp({ create: { width: 60, height: 40, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100, 100] })
    .toBuffer();
});

export const corruptPhoto = once(async () => {
  const bytes = await photo();
  return bytes.subarray(0, Math.floor(bytes.length / 2));
});

export const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
