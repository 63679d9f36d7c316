/** The shape of a pixel: height divided by width. */
import type { DataSet } from 'dicom-parser';
import { numbersOf } from './elements.ts';
import { frameGroup } from './frame-groups.ts';

const PIXEL_MEASURES = 'x00289110';

/** Spacing, row to row and column to column in mm: of the patient, else of the detector. */
export function pixelSpacing(dataSet: DataSet, frame = 0): readonly [number, number] | undefined {
  const measures = frameGroup(dataSet, frame, PIXEL_MEASURES);
  for (const [source, tag] of [
    [measures, 'x00280030'],
    [dataSet, 'x00280030'],
    [dataSet, 'x00181164'],
    [dataSet, 'x00182010'],
  ] as const) {
    const [rows = 0, columns = 0] = source === undefined ? [] : numbersOf(source, tag);
    if (rows > 0 && columns > 0) return [rows, columns];
  }
  return undefined;
}

/** 1 for square pixels, and where the file says nothing. A difference within 1 % is none. */
export function pixelAspect(dataSet: DataSet, frame = 0): number {
  const [vertical = 0, horizontal = 0] = numbersOf(dataSet, 'x00280034');
  const [rows, columns] = pixelSpacing(dataSet, frame) ?? [vertical, horizontal];
  const aspect = rows > 0 && columns > 0 ? rows / columns : 1;
  return Math.abs(aspect - 1) < 0.01 ? 1 : aspect;
}
