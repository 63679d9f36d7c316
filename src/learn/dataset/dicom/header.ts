/** The facts of a DICOM file that are known without its pixels. */
import { open } from 'node:fs/promises';
import type { DataSet } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';
import type { PictureScale } from '../decode/picture.ts';
import { acquisitionFacts, type AcquisitionFacts } from './acquisition.ts';
import { textOf, textsOf } from './elements.ts';
import { modalityTransform } from './modality.ts';
import { isSecondaryCapture, kindWithoutImage } from './object-kind.ts';
import { parseDicom } from './parse.ts';
import { pixelAspect } from './pixel-aspect.ts';
import { pixelFacts } from './pixel-facts.ts';
import { grayScale } from './read-frame.ts';

/** Identifiers of the data set. They stay in memory: no output, message or log may hold one of them. */
export interface DicomIdentity {
  readonly sopInstance: string;
  readonly study: string;
  readonly accession: string;
  readonly patient: string;
}

export interface DicomHeader {
  /** The kind of an object that holds no image, such as `PDF document`. */
  readonly withoutImage: string | undefined;
  /** The reason why the pixels cannot be read. */
  readonly fault: string | undefined;
  readonly identity: DicomIdentity;
  readonly acquisition: AcquisitionFacts;
  readonly frames: number;
  readonly isLocalizer: boolean;
  readonly mayHoldText: boolean;
  readonly isSquare: boolean;
  /** Of the first frame. */
  readonly scale: Pick<PictureScale, 'kind'> & { readonly name?: string; readonly windows?: number };
}

/** Most headers end before this place. */
const START_BYTES = 2 ** 18;

/** The error holds no value of the data set. */
export async function readDicomHeader(path: string): Promise<Result<DicomHeader, string>> {
  const start = await readStart(path, START_BYTES);
  const parsed = parseDicom(start, 'pixels');
  if (parsed.ok || start.length < START_BYTES) return parsed.ok ? ok(headerOf(parsed.value)) : parsed;
  const whole = parseDicom(await readStart(path, Number.POSITIVE_INFINITY), 'pixels');
  return whole.ok ? ok(headerOf(whole.value)) : err(whole.error);
}

/** The first bytes of a file; fewer if it is shorter. */
export async function readStart(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = new Uint8Array(Math.min(size, bytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function headerOf(dataSet: DataSet): DicomHeader {
  const sopClass = textOf(dataSet, 'x00080016') || textOf(dataSet, 'x00020002');
  const { elements } = dataSet;
  const hasPixels = [elements.x7fe00008, elements.x7fe00009, elements.x7fe00010].some((element) => element);
  const facts = pixelFacts(dataSet);
  const imageType = textsOf(dataSet, 'x00080008').map((value) => value.toUpperCase());
  const burnedIn = textOf(dataSet, 'x00280301').toUpperCase();
  return {
    withoutImage: kindWithoutImage(sopClass, hasPixels),
    fault: facts.ok ? undefined : facts.error,
    identity: {
      sopInstance: textOf(dataSet, 'x00080018'),
      study: textOf(dataSet, 'x0020000d'),
      accession: textOf(dataSet, 'x00080050'),
      patient: textOf(dataSet, 'x00100020'),
    },
    acquisition: acquisitionFacts(dataSet),
    frames: facts.ok ? facts.value.frames : 1,
    isLocalizer: imageType.some((value) => /^(LOCALIZER|SCOUT)/.test(value)),
    mayHoldText:
      burnedIn === 'YES' || imageType.includes('SCREEN SAVE') || (burnedIn === '' && isSecondaryCapture(sopClass)),
    isSquare: pixelAspect(dataSet) === 1,
    scale: facts.ok && facts.value.samples === 1 ? firstScale(dataSet, facts.value) : { kind: 'fixed' },
  };
}

function firstScale(
  dataSet: DataSet,
  facts: Parameters<typeof grayScale>[2],
): Pick<PictureScale, 'kind'> & { readonly name?: string; readonly windows?: number } {
  if (facts.photometric === 'PALETTE COLOR') return { kind: 'fixed' };
  const scale = grayScale(dataSet, 0, facts, modalityTransform(dataSet, 0, facts.signed));
  return scale.kind === 'own' ? { kind: 'own', name: scale.name, windows: scale.windows } : { kind: scale.kind };
}
