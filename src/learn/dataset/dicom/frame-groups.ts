/** Attributes of enhanced files, which stand once for all frames or for each frame (PS3.3, C.7.6.16). */
import type { DataSet } from 'dicom-parser';
import { itemsOf } from './elements.ts';

const SHARED = 'x52009229';
const PER_FRAME = 'x52009230';

/** The item of a functional group: of the frame, else of all frames. */
export function frameGroup(dataSet: DataSet, frame: number, group: string): DataSet | undefined {
  const own = itemsOf(dataSet, PER_FRAME)[frame];
  return itemsOf(own, group)[0] ?? itemsOf(itemsOf(dataSet, SHARED)[0], group)[0];
}
