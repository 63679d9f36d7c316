/** Stored values to values with a meaning, such as Hounsfield units (PS3.3, C.11.1), in float64. */
import type { DataSet } from 'dicom-parser';
import { itemsOf, numbersOf } from './elements.ts';
import { frameGroup } from './frame-groups.ts';
import { lookupTable } from './lookup-table.ts';

const PIXEL_VALUE_TRANSFORMATION = 'x00289145';
const MODALITY_LUT = 'x00283000';

export interface ModalityTransform {
  /** Nothing is transformed. */
  readonly isIdentity: boolean;
  apply(value: number): number;
}

/** A Modality LUT replaces slope and intercept. Empty slope and intercept mean 1 and 0. */
export function modalityTransform(dataSet: DataSet, frame: number, signed: boolean): ModalityTransform {
  const [item] = itemsOf(dataSet, MODALITY_LUT);
  const table = item && lookupTable(item, signed);
  if (table !== undefined) return { isIdentity: false, apply: (value) => table.at(value) };
  const source = frameGroup(dataSet, frame, PIXEL_VALUE_TRANSFORMATION) ?? dataSet;
  const slope = numbersOf(source, 'x00281053')[0] ?? 1;
  const intercept = numbersOf(source, 'x00281052')[0] ?? 0;
  return { isIdentity: slope === 1 && intercept === 0, apply: (value) => value * slope + intercept };
}
