import { CUT_OFF, structure, type Structure } from './structure';
import { PRIMARIES, TRANSFERS, type Meaning } from '../colours/cicp';
import { SRGB_CURVE } from '../colours/icc';
import { readItems, type Extent } from './avifItems';
import { boxesOf, type Box } from './boxes';

/** Properties that describe the pixels (ISO/IEC 23000-22, MIAF) and have no room for anything else. */
const SHOWN_PROPERTIES = [
  'ispe',
  'pixi',
  'av1C',
  'colr',
  'auxC',
  'irot',
  'imir',
  'pasp',
  'clap',
  'a1op',
  'lsel',
  'a1lx',
];
const SHOWN_IN_META = ['hdlr', 'pitm', 'iloc', 'iinf', 'iprp', 'iref'];
/** ITU-T H.273: BT.709, or not said; the curve of sRGB, or not said. */
const SRGB_PRIMARIES = [1, 2];
const SRGB_TRANSFERS = [13, 2];
/** PQ and HLG. */
const HIGH_DYNAMIC_RANGE = [16, 18];
/** OBUs of AV1 with pixels: sequence, temporal delimiter, frame header, tile group, frame, redundant header. */
const SHOWN_OBUS = [1, 2, 3, 4, 6, 7];

/** ISO/IEC 14496-12 and 23008-12: boxes in boxes; `meta` says which bytes of `mdat` are which picture. */
export function walkAvif(bytes: Buffer): Structure {
  const boxes = boxesOf(bytes, 0, bytes.length);
  const meta = boxes.find(({ name }) => name === 'meta');
  if (meta === undefined) {
    const isFilm = boxes.some(({ name }) => name === 'moov');
    return structure(bytes, { suspicion: isFilm ? 'has frames and no still picture' : CUT_OFF });
  }
  if (meta.end > bytes.length) return structure(bytes, { fault: CUT_OFF });
  const parts = boxesOf(bytes, meta.content + 4, meta.end);
  const items = readItems(bytes, parts);
  const extents = items.flatMap((item) => item.extents);
  const isCut = extents.some(({ end }) => end > bytes.length);
  if (isCut) return structure(bytes, { fault: CUT_OFF });

  const isClean =
    boxes.every(({ name }) => ['ftyp', 'meta', 'mdat'].includes(name)) &&
    boxes.at(-1)?.end === bytes.length &&
    parts.every(({ name }) => SHOWN_IN_META.includes(name)) &&
    parts.every((part) => part.name !== 'hdlr' || isPlainHandler(part)) &&
    items.every(({ type, isNamed }) => (type === 'av01' || type === 'grid') && !isNamed) &&
    properties(parts).every(isShownProperty) &&
    // Extents may lie over one another; read as often as they are listed, they shall not take for ever.
    extents.reduce((sum, { start, end }) => sum + end - start, 0) <= bytes.length &&
    items.every((item) => item.type !== 'av01' || item.extents.every(isPixels)) &&
    boxes.every((box) => box.name !== 'mdat' || isCovered(box, extents));
  return structure(bytes, { isClean, meaning: meaning(), decodable: still(), frames: frames() });

  /** libvips opens no file that calls itself an animation in the first place, though its still picture is there. */
  function still(): Buffer {
    if (bytes.toString('latin1', 8, 12) !== 'avis') return bytes;
    const renamed = Buffer.from(bytes);
    renamed.write('avif', 8, 'latin1');
    return renamed;
  }

  /** Of the longest track: transparency has one of its own. */
  function frames(): number | null {
    const tables = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsz'].reduce(
      (found: readonly Box[], name) =>
        (name === 'moov'
          ? boxes
          : found.flatMap(({ content, end }) => boxesOf(bytes, content, end))
        ).filter((box) => box.name === name),
      [],
    );
    if (tables.length === 0) return null;
    return Math.max(...tables.map(({ content }) => bytes.readUInt32BE(content + 8)));
  }

  /** The name behind it is free text: libavif writes its own, libheif none. */
  function isPlainHandler({ content, end }: Box): boolean {
    const name = bytes.toString('latin1', content + 24, end).replace(/\0+$/, '');
    return (
      bytes.toString('latin1', content + 8, content + 12) === 'pict' &&
      ['', 'libavif'].includes(name)
    );
  }

  function properties(of: readonly Box[]): Box[] {
    return of
      .filter(({ name }) => name === 'iprp')
      .flatMap(({ content, end }) => boxesOf(bytes, content, end))
      .filter(({ name }) => name === 'ipco')
      .flatMap(({ content, end }) => boxesOf(bytes, content, end));
  }

  /** What `nclx` says, unless there is a profile; Chromium takes all transfers that it has no power for as sRGB's. */
  function meaning(): Meaning | null {
    const colours = properties(parts).filter(({ name }) => name === 'colr');
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

  function isShownProperty({ name, content }: Box): boolean {
    if (name !== 'colr') return SHOWN_PROPERTIES.includes(name);
    return (
      bytes.toString('latin1', content, content + 4) === 'nclx' &&
      SRGB_PRIMARIES.includes(bytes.readUInt16BE(content + 4)) &&
      SRGB_TRANSFERS.includes(bytes.readUInt16BE(content + 6))
    );
  }

  /** AV1 has units for metadata and for padding. */
  function isPixels({ start, end }: Extent): boolean {
    let at = start;
    while (at < end) {
      const head = bytes[at] ?? 0;
      if (!SHOWN_OBUS.includes((head >> 3) & 15)) return false;
      at += head & 4 ? 2 : 1;
      // Without a size it is the last one.
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

/** Whether no byte of the data is left out by the items. */
function isCovered({ content, end }: Box, extents: readonly Extent[]): boolean {
  let reached = content;
  for (const extent of [...extents].sort((one, other) => one.start - other.start)) {
    if (extent.start > reached) return false;
    reached = Math.max(reached, extent.end);
  }
  return reached >= end;
}
