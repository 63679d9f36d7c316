/** The attributes that describe the stored pixels (PS3.3, C.7.6.3), checked: nothing else checks them. */
import type { DataSet } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';
import { textOf } from './elements.ts';
import { IMPLICIT, pixelCoding, type PixelCoding } from './transfer-syntax.ts';

export interface PixelFacts {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  readonly frames: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly signed: boolean;
  /** True where the samples of a color lie in planes. */
  readonly planar: boolean;
  readonly photometric: Photometric;
  readonly syntax: string;
  readonly coding: PixelCoding;
  readonly numbers: 'integers' | 'float' | 'double';
}

const GRAY = ['MONOCHROME1', 'MONOCHROME2', 'PALETTE COLOR'] as const;
const COLOR = ['RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_ICT', 'YBR_RCT'] as const;
export type Photometric = (typeof GRAY)[number] | (typeof COLOR)[number];

const NO_PIXELS = 'it holds no pixel data';

export function pixelFacts(dataSet: DataSet): Result<PixelFacts, string> {
  const { elements } = dataSet;
  const numbers = elements.x7fe00008 !== undefined ? 'float' : elements.x7fe00009 !== undefined ? 'double' : 'integers';
  if (numbers === 'integers' && elements.x7fe00010 === undefined) return err(NO_PIXELS);
  const rows = dataSet.uint16('x00280010') ?? 0;
  const columns = dataSet.uint16('x00280011') ?? 0;
  if (rows === 0 || columns === 0) return err(`it has ${rows} rows and ${columns} columns`);
  const syntax = textOf(dataSet, 'x00020010') || IMPLICIT;
  const coding = pixelCoding(syntax);
  if (!coding.ok) return coding;
  const bitsAllocated = dataSet.uint16('x00280100') ?? 0;
  const bitsStored = dataSet.uint16('x00280101') ?? bitsAllocated;
  const bits = numbers === 'integers' ? checkBits(dataSet, bitsAllocated, bitsStored) : undefined;
  if (bits !== undefined) return err(bits);
  const color = checkColor(dataSet);
  if (!color.ok) return color;
  return ok({
    rows,
    columns,
    ...color.value,
    frames: Math.max(1, Math.trunc(Number(textOf(dataSet, 'x00280008')) || 1)),
    bitsAllocated,
    bitsStored,
    signed: dataSet.uint16('x00280103') === 1,
    planar: dataSet.uint16('x00280006') === 1,
    syntax,
    coding: coding.value,
    numbers,
  });
}

function checkBits(dataSet: DataSet, allocated: number, stored: number): string | undefined {
  if (![1, 8, 16, 32].includes(allocated)) return `it has ${allocated} bits allocated; 1, 8, 16 and 32 are read`;
  if (stored < 1 || stored > allocated) return `it has ${stored} bits stored of ${allocated} allocated`;
  const high = dataSet.uint16('x00280102') ?? stored - 1;
  return high === stored - 1
    ? undefined
    : `its high bit is ${high}; ${stored - 1} is expected for ${stored} bits stored. Write it anew with shifted pixels`;
}

function checkColor(dataSet: DataSet): Result<Pick<PixelFacts, 'samples' | 'photometric'>, string> {
  const samples = dataSet.uint16('x00280002') ?? 1;
  const written = textOf(dataSet, 'x00280004').toUpperCase() || (samples === 3 ? 'RGB' : 'MONOCHROME2');
  const known: readonly Photometric[] = samples === 1 ? GRAY : samples === 3 ? COLOR : [];
  const photometric = known.find((name) => name === written);
  if (photometric === undefined)
    return err(
      `it has ${samples} samples per pixel and a photometric interpretation that does not fit, or is not read; ` +
        `${[...GRAY, ...COLOR].join(', ')} are`,
    );
  return ok({ samples: samples === 3 ? 3 : 1, photometric });
}
