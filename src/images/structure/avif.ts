import { CUT_OFF, MAX_PROFILE_BYTES, structure, type Structure } from './structure';
import { PRIMARIES, SRGB_CURVE, TRANSFERS, type ColourSpace } from '../colours/definitions';
import { hasSurplusTiles } from './avifGrids';
import { readItems, type Extent } from './avifItems';
import { boxesIn, boxesOfFile, type Box } from './boxes';

/**
 * How many bytes the items may have together when they share some. Encoders store the equal tiles of a picture once,
 * while the decoder copies them for each item: 8 MB for ninety items take two gigabytes.
 */
const MAX_SHARED_BYTES = 16_777_216;
/** The name of boxes that readers skip, and an item type that none knows. */
const SKIPPED = 'skip';

/** Properties that describe the pixels (ISO/IEC 23000-22, MIAF), with their maximum sizes in bytes. */
const ALLOWED_PROPERTIES: Readonly<Record<string, number>> = {
  ispe: 12,
  pixi: 9,
  av1C: 64,
  colr: 11,
  auxC: 48,
  irot: 1,
  imir: 1,
  pasp: 8,
  clap: 32,
  a1op: 1,
  lsel: 2,
  a1lx: 13,
};
const ALPHA = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0';
const BRANDS = ['avif', 'mif1', 'miaf', 'MA1A', 'MA1B'];
/** Brands of animations, and how many bytes of brands are read: as many as to recognize the format. */
const ANIMATIONS = ['avis', 'msf1'];
const MAX_BRAND_BYTES = 256;
const ALLOWED_IN_META = ['hdlr', 'pitm', 'iloc', 'iinf', 'iprp', 'iref'];
/** ITU-T H.273: BT.709 or unspecified primaries, sRGB or unspecified transfer. */
const SRGB_PRIMARIES = [1, 2];
const SRGB_TRANSFERS = [13, 2];
/** PQ and HLG. */
const HIGH_DYNAMIC_RANGE = [16, 18];
/**
 * AV1 OBUs that belong to the pixels: sequence, temporal delimiter, frame header, tile group, frame, redundant
 * header.
 */
const ALLOWED_OBUS = [1, 2, 3, 4, 6, 7];

/** Walks nested boxes (ISO/IEC 14496-12 and 23008-12); `meta` maps the bytes of `mdat` to pictures. */
export function walkAvif(bytes: Buffer): Structure {
  const boxes = boxesOfFile(bytes);
  const meta = boxes.find(({ name }) => name === 'meta');
  if (meta === undefined) {
    const isFilm = boxes.some(({ name }) => name === 'moov');
    return structure(bytes, { suspicion: isFilm ? 'has frames but no still picture' : CUT_OFF });
  }
  if (meta.end > bytes.length) return structure(bytes, { fault: CUT_OFF });
  const parts = boxesIn(bytes, meta, 4);
  const items = readItems(bytes, parts);
  const extents = items.flatMap((item) => item.extents);
  const isCut = extents.some(({ end }) => end > bytes.length);
  if (isCut) return structure(bytes, { fault: CUT_OFF });
  const used = extents.reduce((sum, { start, end }) => sum + end - start, 0);
  if (used > Math.max(bytes.length, MAX_SHARED_BYTES)) {
    return structure(bytes, { fault: 'uses the same bytes many times' });
  }
  if (hasSurplusTiles(bytes, parts, items)) {
    return structure(bytes, { fault: 'has more tiles than its picture has room for' });
  }

  const isClean =
    areOnce(boxes, ['ftyp', 'meta', 'mdat']) &&
    boxes.at(-1)?.end === bytes.length &&
    firstIn('ftyp', boxes).every(isPlainType) &&
    areOnce(parts, ALLOWED_IN_META) &&
    parts.every((part) => part.name !== 'hdlr' || isPlainHandler(part)) &&
    items.every(({ type, isNamed }) => (type === 'av01' || type === 'grid') && !isNamed) &&
    firstIn('iprp', parts).every((box) => areOnce(boxesIn(bytes, box), ['ipco', 'ipma'])) &&
    properties().every(isAllowedProperty) &&
    // Extents may overlap. Reading each of them as often as it is listed could take hours.
    used <= bytes.length &&
    items.every((item) => item.type !== 'av01' || item.extents.every(isPixels)) &&
    firstIn('mdat', boxes).every((box) => isCovered(box, extents));
  return structure(bytes, {
    isClean,
    colourSpace: colourSpace(),
    decodable: still(),
    frames: frames(),
  });

  /**
   * Returns the file with the still picture only: EXIF, which does not turn an AVIF, a huge profile and the tracks of an
   * animation are renamed, since positions in the file must not change. libvips refuses files whose major brand is an
   * animation, even when they contain a still picture.
   */
  function still(): Buffer {
    const renamed = [
      ...items
        .filter(({ type }) => type === 'Exif')
        .map(({ typeAt }) => [typeAt, SKIPPED] as const),
      ...[
        ...boxes.filter(({ name }) => name === 'moov'),
        ...properties().filter(isHugeProfile),
      ].map(({ nameAt }) => [nameAt, SKIPPED] as const),
      ...animationBrands().map((at) => [at, 'avif'] as const),
    ];
    if (renamed.length === 0) return bytes;
    const copy = Buffer.from(bytes);
    for (const [at, name] of renamed) copy.write(name, at, 'latin1');
    return copy;
  }

  /** Returns the positions of the brands that announce an animation. */
  function animationBrands(): number[] {
    return firstIn('ftyp', boxes).flatMap(({ content, end }) => {
      const last = Math.min(end, bytes.length, content + MAX_BRAND_BYTES) - 4;
      const found: number[] = [];
      for (let at = content; at <= last; at += 4) {
        if (ANIMATIONS.includes(bytes.toString('latin1', at, at + 4))) found.push(at);
      }
      return found;
    });
  }

  /** Returns the frames of the longest track; transparency has a separate one. Impossible numbers are ignored. */
  function frames(): number | null {
    const tracks = firstIn('moov', boxes)
      .flatMap((box) => boxesIn(bytes, box))
      .filter(({ name }) => name === 'trak');
    const tables = ['mdia', 'minf', 'stbl', 'stsz'].reduce<readonly Box[]>(
      (parents, name) => parents.flatMap((parent) => firstIn(name, boxesIn(bytes, parent))),
      tracks,
    );
    const counts = tables.map(countOf).filter((count) => count > 0);
    return counts.length === 0 ? null : Math.max(...counts);
  }

  /** Returns the number of samples in a table. They have one common size, or (0) a size of four bytes each. */
  function countOf({ content, end }: Box): number {
    if (content + 12 > end) return 0;
    const size = bytes.readUInt32BE(content + 4);
    const count = bytes.readUInt32BE(content + 8);
    const room = size === 0 ? (end - content - 12) / 4 : bytes.length / size;
    return count <= room ? count : 0;
  }

  /** The first brand is followed by a version number. */
  function isPlainType({ content, end }: Box): boolean {
    const brands = bytes
      .toString('latin1', content, Math.min(end, content + 64))
      .match(/[^]{1,4}/g);
    return (
      brands !== null &&
      end - content <= 64 &&
      brands.every((brand, index) => (index === 1 ? brand === '\0\0\0\0' : BRANDS.includes(brand)))
    );
  }

  /** The name at the end is free text: libavif writes its own name, libheif none. */
  function isPlainHandler({ content, end }: Box): boolean {
    const name = bytes.toString('latin1', content + 24, end).replace(/\0+$/, '');
    return (
      bytes.toString('latin1', content + 8, content + 12) === 'pict' &&
      ['', 'libavif'].includes(name)
    );
  }

  function properties(): Box[] {
    return firstIn('iprp', parts)
      .flatMap((box) => firstIn('ipco', boxesIn(bytes, box)))
      .flatMap((box) => boxesIn(bytes, box));
  }

  /** Returns the colours of `nclx`, unless there is a profile. Chromium treats all other transfers as sRGB's. */
  function colourSpace(): ColourSpace | null {
    const colours = properties().filter(({ name }) => name === 'colr');
    const isNclx = ({ content }: Box) => bytes.toString('latin1', content, content + 4) === 'nclx';
    const nclx = colours.find(isNclx);
    if (nclx === undefined || !colours.every(isNclx)) return null;
    const primaries = PRIMARIES[bytes.readUInt16BE(nclx.content + 4)] ?? PRIMARIES[1];
    const transfer = bytes.readUInt16BE(nclx.content + 6);
    const curve = TRANSFERS[transfer] ?? SRGB_CURVE;
    if (primaries === undefined || HIGH_DYNAMIC_RANGE.includes(transfer)) return null;
    const isSrgb = primaries === PRIMARIES[1] && curve === SRGB_CURVE;
    return isSrgb ? null : { primaries, curve };
  }

  function isHugeProfile({ name, content, end }: Box): boolean {
    return name === 'colr' && end - content > MAX_PROFILE_BYTES;
  }

  function isAllowedProperty({ name, content, end }: Box): boolean {
    if (end - content > (ALLOWED_PROPERTIES[name] ?? -1)) return false;
    if (name === 'av1C') return isPixels({ start: content + 4, end });
    if (name === 'auxC') return bytes.toString('latin1', content + 4, end) === ALPHA;
    if (name !== 'colr') return true;
    return (
      bytes.toString('latin1', content, content + 4) === 'nclx' &&
      SRGB_PRIMARIES.includes(bytes.readUInt16BE(content + 4)) &&
      SRGB_TRANSFERS.includes(bytes.readUInt16BE(content + 6))
    );
  }

  /** Whether the data contain no OBUs for metadata or padding. */
  function isPixels({ start, end }: Extent): boolean {
    let at = start;
    while (at < end) {
      const head = bytes[at] ?? 0;
      if (!ALLOWED_OBUS.includes((head >> 3) & 15)) return false;
      at += head & 4 ? 2 : 1;
      // An OBU without a size is the last one.
      if ((head & 2) === 0) return true;
      let size = 0;
      let more = true;
      for (let index = 0; more && index < 8; index += 1) {
        const byte = bytes[at] ?? 0;
        size += (byte & 0x7f) * 2 ** (7 * index);
        more = byte >= 0x80;
        at += 1;
      }
      at += size;
    }
    return at === end;
  }
}

/** Returns the first box with a name, as a list. */
const firstIn = (wanted: string, boxes: readonly Box[]) =>
  boxes.filter(({ name }) => name === wanted).slice(0, 1);

/** Whether every box has a name from a list, and none occurs twice. */
const areOnce = (boxes: readonly Box[], names: readonly string[]) =>
  boxes.every(({ name }) => names.includes(name)) &&
  new Set(boxes.map(({ name }) => name)).size === boxes.length;

/** Whether the items use every byte of the data. */
function isCovered({ content, end }: Box, extents: readonly Extent[]): boolean {
  let reached = content;
  for (const extent of [...extents].sort((one, other) => one.start - other.start)) {
    if (extent.start > reached) return false;
    reached = Math.max(reached, extent.end);
  }
  return reached >= end;
}
