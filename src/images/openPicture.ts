import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { convertToSrgb } from './colours/cicp';
import { cmykToRgb, type RawPicture } from './colours/cmyk';
import type { Inspected } from './inspect';

/**
 * Opens a picture upright, in colours that sharp converts to sRGB by itself.
 *
 * @param animated whether to open all frames, one below the other
 */
export async function openPicture(
  image: Inspected,
  animated: boolean,
  limitInputPixels: number,
): Promise<Sharp> {
  const { isCmyk, isDeep, isGrey, profile, ignoresProfile, colourSpace } = image.colours;
  const options: SharpOptions = {
    // The structure walk has already fixed harmless irregularities; remaining warnings mean lost data.
    failOn: 'warning',
    limitInputPixels,
    limitInputChannels: 5,
    animated,
    ignoreIcc: ignoresProfile,
  };
  const open = () => {
    const pipeline = sharp(image.decodable, options);
    // Animations are not rotated: libvips cannot.
    return animated ? pipeline : pipeline.autoOrient();
  };
  const fromRaw = ({ data, raw }: RawPicture) => sharp(data, { raw, limitInputPixels });
  if (isCmyk) {
    const rgb = await cmykToRgb(open(), profile);
    if (rgb !== null) return fromRaw(rgb);
  }
  if (colourSpace !== null) {
    const opened = open().toColourspace('srgb').raw();
    const { data, info } = await opened.toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels >= 3) await convertToSrgb(data, channels, colourSpace);
    return fromRaw({ data, raw: { width, height, channels } });
  }
  // sharp converts 16-bit images with a profile to P3 instead of sRGB, and grey ones not at all.
  return isDeep && profile !== undefined
    ? open().pipelineColourspace(isGrey ? 'b-w' : 'srgb')
    : open();
}
