/** Properties of the image formats. For a new format, add one line here; compiler errors then show what else to add. */
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

/** Input formats. An image keeps its format unless the upload sets another one. */
export const IMAGE_FORMATS = Object.keys(FORMATS) as [ImageFormat, ...ImageFormat[]];

type Target = {
  [Format in ImageFormat]: (typeof FORMATS)[Format]['isTarget'] extends true ? Format : never;
}[ImageFormat];

/** Values of the upload field `format`. */
export const TARGET_FORMATS: readonly ['keep', ...Target[]] = [
  'keep',
  ...IMAGE_FORMATS.filter((format): format is Target => FORMATS[format].isTarget),
];
export type TargetFormat = (typeof TARGET_FORMATS)[number];

export function extensionOf(format: ImageFormat): ImageExtension {
  return FORMATS[format].extension;
}

export const EXTENSIONS: readonly ImageExtension[] = IMAGE_FORMATS.map(extensionOf);

/** @returns `undefined` for an unknown extension */
export function contentTypeOf(extension: string): string | undefined {
  return Object.values(FORMATS).find((format) => format.extension === extension)?.contentType;
}

/** Trades CPU time for file size; docs/decisions/effort.md has the figures. */
export const EFFORTS = ['fast', 'balanced', 'small'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How the images of a request are compressed. */
export interface CompressOptions {
  /** 1 to 100. */
  readonly quality: number;
  readonly format: TargetFormat;
  readonly effort: Effort;
  /** In pixels; `null`: no limit. Images are never enlarged. */
  readonly max_width: number | null;
  readonly max_height: number | null;
}

/** What the upload fields mean when they are absent. */
export const DEFAULT_COMPRESS_OPTIONS: CompressOptions = {
  quality: 50,
  format: 'keep',
  effort: 'balanced',
  max_width: null,
  max_height: null,
};

/** Widths of thumbnails, in pixels. Smaller images are not enlarged. */
export const THUMBNAIL_WIDTHS = [80, 160, 320, 640] as const;
export type ThumbnailWidth = (typeof THUMBNAIL_WIDTHS)[number];
