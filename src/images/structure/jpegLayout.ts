import { OutOfData } from './huffman';
import { MARKER } from './jpegMarkers';

export interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  /** The id of its quantisation table. */
  readonly quantisation: number;
  /** In blocks. Scans of several components may have more blocks at the right and bottom. */
  readonly width: number;
  readonly height: number;
  readonly known: Uint32Array;
}

/** The arrangement of the blocks of a JPEG (ITU-T T.81, A.1 and A.2). */
export interface Layout {
  readonly isSequential: boolean;
  /** Units (MCUs) of a scan of several components. */
  readonly columns: number;
  readonly rows: number;
  readonly components: readonly Component[];
}

const MAX_COMPONENTS = 4;

/** @throws OutOfData for an invalid frame header */
export function layoutOf(code: number, segment: Buffer): Layout {
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  const count = segment[5] ?? 0;
  if (count < 1 || count > MAX_COMPONENTS) throw new OutOfData();
  const sampling = (index: number) => segment.readUInt8(7 + index * 3);
  const factors = Array.from({ length: count }, (_, index) => ({
    id: segment.readUInt8(6 + index * 3),
    h: sampling(index) >> 4,
    v: sampling(index) & 15,
    quantisation: segment.readUInt8(8 + index * 3),
  }));
  if (factors.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw new OutOfData();
  const widest = Math.max(...factors.map(({ h }) => h));
  const highest = Math.max(...factors.map(({ v }) => v));
  const isProgressive = code === MARKER.SOF2;
  return {
    isSequential: !isProgressive,
    columns: Math.ceil(width / (8 * widest)),
    rows: Math.ceil(height / (8 * highest)),
    components: factors.map((component) => {
      const across = Math.ceil(Math.ceil((width * component.h) / widest) / 8);
      const down = Math.ceil(Math.ceil((height * component.v) / highest) / 8);
      const known = new Uint32Array(isProgressive ? across * down * 2 : 0);
      return { ...component, width: across, height: down, known };
    }),
  };
}
