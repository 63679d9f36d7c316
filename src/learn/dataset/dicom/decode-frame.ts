/** The samples of one frame as bytes, whatever the transfer syntax. */
import type { DataSet, Element } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';
import { frameCode } from './frame-code.ts';
import { repairedJpeg, usesColorTransform } from './jpeg-markers.ts';
import { nativeFrame } from './native-frame.ts';
import type { PixelFacts } from './pixel-facts.ts';
import { decodeRunLengths } from './run-length.ts';
import type { SampleBytes } from './sample-bytes.ts';
import { decodeWithWasm } from './wasm-codec.ts';

/** `frame` counts from 0. */
export async function decodeFrame(
  dataSet: DataSet,
  element: Element,
  facts: PixelFacts,
  frame: number,
): Promise<Result<SampleBytes, string>> {
  if (element.encapsulatedPixelData !== true)
    return facts.coding === 'native'
      ? nativeFrame(dataSet, element, facts, frame)
      : err('its transfer syntax is compressed, but its pixel data is not encapsulated');
  if (facts.coding === 'native')
    return err('its transfer syntax is not compressed, but its pixel data is encapsulated');
  const code = frameCode(dataSet, element, frame, facts.frames);
  if (!code.ok) return code;
  try {
    return await decodeCode(code.value, facts);
  } catch {
    return err(`the ${NAMES[facts.coding]} code of frame ${frame + 1} cannot be decoded. Copy the file again`);
  }
}

const NAMES: Readonly<Record<Exclude<PixelFacts['coding'], 'native'>, string>> = {
  rle: 'RLE',
  jpeg: 'JPEG',
  'jpeg-lossless': 'JPEG lossless',
  'jpeg-ls': 'JPEG-LS',
  'jpeg-2000': 'JPEG 2000',
  htj2k: 'HTJ2K',
};

async function decodeCode(code: Uint8Array, facts: PixelFacts): Promise<Result<SampleBytes, string>> {
  const { coding, rows, columns, samples, bitsAllocated, photometric } = facts;
  const bytesPerSample = Math.ceil(bitsAllocated / 8);
  const ybr = photometric.startsWith('YBR_FULL');
  if (coding === 'rle') {
    const { data, missing } = decodeRunLengths(code, rows * columns, samples, bytesPerSample);
    if (missing > 0) return err(`its RLE code lacks ${missing} of ${rows * columns} pixels. Copy the file again`);
    return ok({ data, bytesPerSample, planar: false, ybr });
  }
  if (coding === 'jpeg-lossless') {
    const data = await decodeLossless(code, bytesPerSample);
    return ok({ data, bytesPerSample, planar: false, ybr });
  }
  if (coding === 'native') throw new Error('Internal error: native pixels hold no code.');
  const decoded = await decodeWithWasm(coding, coding === 'jpeg' ? repairedJpeg(code, facts) : code);
  if (decoded.width !== columns || decoded.height !== rows)
    return err(`its code holds ${decoded.width} x ${decoded.height} pixels; the data set says ${columns} x ${rows}`);
  if (decoded.samples !== samples)
    return err(`its code holds ${decoded.samples} samples per pixel; the data set says ${samples}`);
  return ok({ ...decoded, planar: false, ybr: ybr && !convertsToRgb(coding, code) });
}

/** Baseline JPEG is converted by its decoder, JPEG 2000 if the code has a color transform. */
function convertsToRgb(coding: PixelFacts['coding'], code: Uint8Array): boolean {
  if (coding === 'jpeg') return true;
  return (coding === 'jpeg-2000' || coding === 'htj2k') && usesColorTransform(code);
}

async function decodeLossless(code: Uint8Array, bytesPerSample: number): Promise<Uint8Array> {
  const { Decoder } = await import('jpeg-lossless-decoder-js');
  const decoded = new Decoder().decode(code.buffer, code.byteOffset, code.length, bytesPerSample);
  return ArrayBuffer.isView(decoded)
    ? new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength)
    : new Uint8Array(decoded);
}
