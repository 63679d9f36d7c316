/**
 * One frame of a DICOM file as a picture: stored values, then the modality transform. Window and inversion come later
 * (PS3.3, C.11: modality, VOI, presentation).
 */
import type { DataSet } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';
import type { Picture, PictureScale } from '../decode/picture.ts';
import { decodeFrame } from './decode-frame.ts';
import { modalityTransform, type ModalityTransform } from './modality.ts';
import { paddingMask } from './padding.ts';
import { paletteColors } from './palette.ts';
import { parseDicom } from './parse.ts';
import { pixelAspect } from './pixel-aspect.ts';
import { pixelFacts, type PixelFacts } from './pixel-facts.ts';
import { storedValues } from './stored-values.ts';
import { ownScale } from './voi.ts';

export interface StoredFrame {
  readonly dataSet: DataSet;
  readonly facts: PixelFacts;
  /** Before the modality transform; `[rows, columns, samples]`, three samples are RGB. */
  readonly values: Float64Array;
}

/** `bytes`: the whole file. `frame` counts from 0. The error holds no value of the data set. */
export async function readStoredFrame(bytes: Uint8Array, frame: number): Promise<Result<StoredFrame, string>> {
  const parsed = parseDicom(bytes);
  if (!parsed.ok) return parsed;
  const dataSet = parsed.value;
  const facts = pixelFacts(dataSet);
  if (!facts.ok) return facts;
  if (frame >= facts.value.frames) return err(`frame ${frame + 1} is asked for; it holds ${facts.value.frames}`);
  const element = dataSet.elements.x7fe00008 ?? dataSet.elements.x7fe00009 ?? dataSet.elements.x7fe00010;
  if (element === undefined) throw new Error('Internal error: pixel data vanished.');
  const decoded = await decodeFrame(dataSet, element, facts.value, frame);
  if (!decoded.ok) return decoded;
  const values = storedValues(decoded.value, facts.value);
  return values.ok ? ok({ dataSet, facts: facts.value, values: values.value }) : values;
}

export async function readDicomPicture(bytes: Uint8Array, frame: number): Promise<Result<Picture, string>> {
  const stored = await readStoredFrame(bytes, frame);
  return stored.ok ? pictureOf(stored.value, frame) : stored;
}

function pictureOf({ dataSet, facts, values }: StoredFrame, frame: number): Result<Picture, string> {
  const common = { width: facts.columns, height: facts.rows, pixelAspect: pixelAspect(dataSet, frame) };
  const largest = 2 ** facts.bitsStored - 1;
  if (facts.photometric === 'PALETTE COLOR') {
    const colors = paletteColors(dataSet, values, facts.signed);
    if (!colors.ok) return colors;
    return ok({ ...common, channels: 3, values: colors.value, scale: fixed(1), inverted: false });
  }
  if (facts.samples === 3) return ok({ ...common, channels: 3, values, scale: fixed(largest), inverted: false });
  const padding = paddingMask(dataSet, values, facts);
  const modality = modalityTransform(dataSet, frame, facts.signed);
  if (!modality.isIdentity) for (let i = 0; i < values.length; i++) values[i] = modality.apply(values[i] ?? 0);
  return ok({
    ...common,
    channels: 1,
    values,
    scale: grayScale(dataSet, frame, facts, modality),
    inverted: facts.photometric === 'MONOCHROME1',
    ...(padding && { padding }),
  });
}

/** Bytes without window and rescale are shown as they are. */
export function grayScale(
  dataSet: DataSet,
  frame: number,
  facts: PixelFacts,
  modality: ModalityTransform,
): PictureScale {
  const own = ownScale(dataSet, frame, facts.signed || modality.apply(0) < 0);
  if (own.kind !== 'none') return own;
  const isBytes = facts.numbers === 'integers' && facts.bitsStored <= 8 && !facts.signed && modality.isIdentity;
  return isBytes ? fixed(2 ** facts.bitsStored - 1) : own;
}

const fixed = (largest: number): PictureScale => ({ kind: 'fixed', display: (value) => value / largest });
