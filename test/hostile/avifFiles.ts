import { picture } from '../support/pictures';
import { ascii, u16, u32 } from './bytes';

export const box = (name: string, ...content: readonly Buffer[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), ascii(name), body]);
};

/** A box with a version and flags. */
const full = (name: string, version: number, ...content: readonly Buffer[]) =>
  box(name, Buffer.from([version, 0, 0, 0]), ...content);

export interface AvifItem {
  readonly id: number;
  readonly type: string;
  /** Ranges of the data. */
  readonly extents: readonly (readonly [offset: number, length: number])[];
  /** The numbers of its properties, from 1. */
  readonly properties?: readonly number[];
  /** The items it is put together from. */
  readonly tiles?: readonly number[];
}

interface AvifFields {
  readonly items: readonly AvifItem[];
  readonly properties: readonly Buffer[];
  readonly data: Buffer;
  readonly inMeta?: readonly Buffer[];
  readonly beforeMeta?: readonly Buffer[];
}

/** Returns an AVIF whose first picture is item 1. */
export function avifOf(fields: AvifFields): Buffer {
  const { items, properties, data, inMeta = [], beforeMeta = [] } = fields;
  const before = Buffer.concat([
    box('ftyp', ascii('avif'), u32(0), ascii('avifmif1miaf')),
    ...beforeMeta,
  ]);
  const meta = (start: number) =>
    full(
      'meta',
      0,
      full('hdlr', 0, u32(0), ascii('pict'), Buffer.alloc(13)),
      full('pitm', 0, u16(1)),
      full('iloc', 1, u16(0x4400, items.length), ...items.map((item) => location(item, start))),
      full(
        'iinf',
        0,
        u16(items.length),
        ...items.map(({ id, type }) => full('infe', 2, u16(id, 0), ascii(`${type}\0`))),
      ),
      box(
        'iprp',
        box('ipco', ...properties),
        full('ipma', 0, u32(items.length), ...items.map(associations)),
      ),
      full(
        'iref',
        0,
        ...items.flatMap(({ id, tiles = [] }) =>
          tiles.length === 0 ? [] : [box('dimg', u16(id, tiles.length, ...tiles))],
        ),
      ),
      ...inMeta,
    );
  const start = before.length + meta(0).length + 8;
  return Buffer.concat([before, meta(start), box('mdat', data)]);
}

const location = ({ id, extents }: AvifItem, start: number) =>
  Buffer.concat([
    u16(id, 0, 0, extents.length),
    ...extents.map(([offset, length]) => u32(start + offset, length)),
  ]);

const associations = ({ id, properties = [] }: AvifItem) =>
  Buffer.concat([u16(id), Buffer.from([properties.length, ...properties])]);

/** Returns the property with the size of a picture. */
export const sizeOf = (width: number, height: number) => full('ispe', 0, u32(width, height));

/** Returns the data of a grid of tiles. */
export const gridOf = (columns: number, rows: number, width: number, height: number) =>
  Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), u32(width, height)]);

/** Returns the configuration and the data of a picture. */
export async function codedPicture(
  side: number,
  make = picture(side, side),
): Promise<{ readonly configuration: Buffer; readonly data: Buffer }> {
  const bytes = await make.avif({ effort: 0 }).toBuffer();
  const at = bytes.indexOf('av1C') - 4;
  return {
    configuration: bytes.subarray(at, at + bytes.readUInt32BE(at)),
    data: bytes.subarray(bytes.lastIndexOf('mdat') + 4),
  };
}
