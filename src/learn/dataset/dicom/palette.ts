/** PALETTE COLOR: indices to RGB (PS3.3, C.7.6.3.1.5 and 1.6). Palettes may begin above 0 and have 16 bits. */
import type { DataSet } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';

/** Shares of 0 to 1, `[pixels, 3]`. */
export function paletteColors(dataSet: DataSet, indices: Float64Array, signed: boolean): Result<Float64Array, string> {
  const tables = ['x00281101', 'x00281102', 'x00281103'].map((tag) => readTable(dataSet, tag, signed));
  const colors = new Float64Array(3 * indices.length);
  for (const [channel, table] of tables.entries()) {
    if (table === undefined) return err('it has a palette color, but a table of its palette is missing or segmented');
    for (let i = 0; i < indices.length; i++) {
      const place = Math.min(table.shares.length - 1, Math.max(0, (indices[i] ?? 0) - table.first));
      colors[3 * i + channel] = table.shares[place] ?? 0;
    }
  }
  return ok(colors);
}

interface PaletteTable {
  readonly first: number;
  readonly shares: Float64Array;
}

/** The data of descriptor (0028,11xx) is (0028,12xx). */
function readTable(dataSet: DataSet, descriptor: string, signed: boolean): PaletteTable | undefined {
  const data = descriptor.replace('x002811', 'x002812');
  const [count, begin, bits] = [0, 1, 2].map((i) => dataSet.uint16(descriptor, i));
  const element = dataSet.elements[data];
  if (count === undefined || begin === undefined || bits === undefined || element === undefined) return undefined;
  const length = count === 0 ? 2 ** 16 : count;
  const packed = element.length < 2 * length;
  if (packed && element.length < length) return undefined;
  const entry = (i: number): number =>
    (packed ? dataSet.byteArray[element.dataOffset + i] : dataSet.uint16(data, i)) ?? 0;
  const entries = Float64Array.from({ length }, (_, i) => entry(i));
  const largest = packed ? 255 : 2 ** bits - 1;
  return {
    first: signed && begin >= 2 ** 15 ? begin - 2 ** 16 : begin,
    shares: entries.map((value) => value / largest),
  };
}
