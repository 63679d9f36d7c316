/** A table of PS3.3, C.11.1 (modality) and C.11.2 (VOI): descriptor and data. */
import type { DataSet } from 'dicom-parser';

export interface LookupTable {
  /** The entry of a value; values outside get the first or the last entry. */
  at(value: number): number;
  /** 2 ** bits - 1 */
  readonly largest: number;
}

/** @param signedInput values below 0 are looked up: the first mapped value is then signed, whatever its VR says */
export function lookupTable(item: DataSet, signedInput: boolean): LookupTable | undefined {
  const length = item.uint16('x00283002', 0);
  const begin = item.uint16('x00283002', 1);
  const bits = item.uint16('x00283002', 2);
  const data = item.elements.x00283006;
  if (length === undefined || begin === undefined || bits === undefined || data === undefined) return undefined;
  const isSigned = signedInput || item.elements.x00283002?.vr === 'SS';
  const first = isSigned && begin >= 2 ** 15 ? begin - 2 ** 16 : begin;
  const entries = readEntries(item, length === 0 ? 2 ** 16 : length, data.length);
  if (entries.length === 0) return undefined;
  return {
    at: (value) => entries[Math.min(entries.length - 1, Math.max(0, Math.round(value) - first))] ?? 0,
    largest: 2 ** bits - 1,
  };
}

/** Entries have 16 bits; some writers store bytes where 8 bits are enough. */
function readEntries(item: DataSet, count: number, bytes: number): Uint16Array {
  if (bytes >= 2 * count) return Uint16Array.from({ length: count }, (_, i) => item.uint16('x00283006', i) ?? 0);
  const offset = item.elements.x00283006?.dataOffset ?? 0;
  return Uint16Array.from(item.byteArray.subarray(offset, offset + Math.min(count, bytes)));
}
