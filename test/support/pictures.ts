import sharp from 'sharp';

/** Pictures that the tests make themselves, each made once. */

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Gradients with some grain compress like photos do. */
export function pixels(width: number, height: number, channels = 3): Buffer {
  const data = Buffer.alloc(width * height * channels);
  for (let index = 0; index < data.length; index += 1) {
    const at = Math.floor(index / channels);
    const grain = ((at * 2_654_435_761) >>> 0) % 24;
    data[index] = ((at % width) + Math.floor(at / width) + grain + (index % channels) * 40) & 0xff;
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

/** Stored lying; EXIF says that it stands: 120 wide and 200 high when seen. */
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
