import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { convertToSrgb } from './colours/cicp';
import { cmykToRgb, type RawPicture } from './colours/cmyk';
import type { Inspected } from './inspect';

interface Limits {
  readonly limitInputPixels: number;
  /** What is left of the time for the picture: opening it may take several steps. */
  secondsLeft(): number;
}

/**
 * Opens a picture for the work on it, upright and in colours that sharp turns into sRGB by itself.
 *
 * @param animated all frames, one below the other
 */
export async function openPicture(
  image: Inspected,
  animated: boolean,
  limits: Limits,
): Promise<Sharp> {
  const { isCmyk, isDeep, isGrey, profile, ignoresProfile, meaning } = image.colours;
  const options: SharpOptions = {
    // What is harmless has been put in order by the walk: what is left is lost.
    failOn: 'warning',
    limitInputPixels: limits.limitInputPixels,
    limitInputChannels: 5,
    animated,
    ignoreIcc: ignoresProfile,
  };
  const open = () => {
    const pipeline = sharp(image.decodable, options).timeout({ seconds: limits.secondsLeft() });
    // Frames are not turned: libvips cannot.
    return animated ? pipeline : pipeline.autoOrient();
  };
  const ofRaw = ({ data, raw }: RawPicture) =>
    sharp(data, { raw, limitInputPixels: limits.limitInputPixels }).timeout({
      seconds: limits.secondsLeft(),
    });
  if (isCmyk) {
    const rgb = await cmykToRgb(open(), profile);
    if (rgb !== null) return ofRaw(rgb);
  }
  if (meaning !== null) {
    const opened = open().toColourspace('srgb').raw();
    const { data, info } = await opened.toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels >= 3) await convertToSrgb(data, channels, meaning);
    return ofRaw({ data, raw: { width, height, channels } });
  }
  // With 16 bits sharp converts a profile to P3 and leaves it at that, and grey ones not at all.
  return isDeep && profile !== undefined
    ? open().pipelineColourspace(isGrey ? 'b-w' : 'srgb')
    : open();
}
