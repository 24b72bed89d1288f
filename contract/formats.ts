/** What an image format is to every part of the service. A new one is one line here; then the compiler asks the rest. */
const FORMATS = {
  jpeg: { extension: 'jpg', contentType: 'image/jpeg', isTarget: true },
  png: { extension: 'png', contentType: 'image/png', isTarget: true },
  webp: { extension: 'webp', contentType: 'image/webp', isTarget: true },
  avif: { extension: 'avif', contentType: 'image/avif', isTarget: true },
  gif: { extension: 'gif', contentType: 'image/gif', isTarget: false },
  tiff: { extension: 'tiff', contentType: 'image/tiff', isTarget: false },
} as const;

export type ImageFormat = keyof typeof FORMATS;
export type ImageExtension = (typeof FORMATS)[ImageFormat]['extension'];

/** Formats that are read, and kept unless another is asked for. */
export const IMAGE_FORMATS = Object.keys(FORMATS) as [ImageFormat, ...ImageFormat[]];

type Target = {
  [Format in ImageFormat]: (typeof FORMATS)[Format]['isTarget'] extends true ? Format : never;
}[ImageFormat];

/** What an upload may ask for. */
export const TARGET_FORMATS: readonly ['keep', ...Target[]] = [
  'keep',
  ...IMAGE_FORMATS.filter((format): format is Target => FORMATS[format].isTarget),
];
export type TargetFormat = (typeof TARGET_FORMATS)[number];

export function extensionOf(format: ImageFormat): ImageExtension {
  return FORMATS[format].extension;
}

export const EXTENSIONS: readonly ImageExtension[] = IMAGE_FORMATS.map(extensionOf);

/** @returns `undefined` for an extension of no format of ours */
export function contentTypeOf(extension: string): string | undefined {
  return Object.values(FORMATS).find((format) => format.extension === extension)?.contentType;
}

/** Trades CPU for bytes; docs/decisions/effort.md has what each costs. */
export const EFFORTS = ['fast', 'balanced', 'small'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How the images of one request are to be compressed. */
export interface CompressOptions {
  /** 1 to 100. */
  readonly quality: number;
  readonly format: TargetFormat;
  readonly effort: Effort;
  /** Pixels; `null`: as wide as it is. Never enlarged. */
  readonly max_width: number | null;
  readonly max_height: number | null;
}
