/** The file's own window or table for display (PS3.3, C.11.2). A table goes before a window. */
import type { DataSet } from 'dicom-parser';
import type { Display, PictureScale } from '../decode/picture.ts';
import { itemsOf, numbersOf, textOf } from './elements.ts';
import { frameGroup } from './frame-groups.ts';
import { lookupTable } from './lookup-table.ts';

const FRAME_VOI_LUT = 'x00289132';
const VOI_LUT = 'x00283010';

/** @param signedInput the values after the modality transform may be below 0 */
export function ownScale(dataSet: DataSet, frame: number, signedInput: boolean): PictureScale {
  const group = frameGroup(dataSet, frame, FRAME_VOI_LUT);
  const tables = itemsOf(dataSet, VOI_LUT);
  const table = tables[0] && lookupTable(tables[0], signedInput);
  if (table !== undefined)
    return { kind: 'own', name: 'table', windows: tables.length, display: (value) => table.at(value) / table.largest };
  const source = group ?? dataSet;
  const centers = numbersOf(source, 'x00281050');
  const widths = numbersOf(source, 'x00281051');
  const shape = textOf(source, 'x00281056').toUpperCase() || 'LINEAR';
  const windows = widths
    .slice(0, centers.length)
    .flatMap((width, i) =>
      width >= 1 || (width > 0 && shape !== 'LINEAR') ? [{ width, center: centers[i] ?? 0 }] : [],
    );
  const [first] = windows;
  if (first === undefined) return { kind: 'none' };
  return {
    kind: 'own',
    name: `center ${first.center}, width ${first.width}${shape === 'LINEAR' ? '' : `, ${shape}`}`,
    windows: windows.length,
    display: displayOf(shape, first.center, first.width),
  };
}

function displayOf(shape: string, center: number, width: number): Display {
  if (shape === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (shape === 'LINEAR_EXACT') return (value) => clamp((value - center) / width + 0.5);
  return linearWindow(center, width);
}

/** C.11.2.1.2.1. A width of 1 is a threshold. */
export function linearWindow(center: number, width: number): Display {
  if (width <= 1) return (value) => (value <= center - 0.5 ? 0 : 1);
  return (value) => clamp((value - (center - 0.5)) / (width - 1) + 0.5);
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
