/** The compressed bytes of one frame, of the fragments that hold it (PS3.5, A.4). */
import dicomParser, { type ByteArray, type DataSet, type Element } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';

/** `frame` counts from 0. */
export function frameCode(
  dataSet: DataSet,
  element: Element,
  frame: number,
  frames: number,
): Result<Uint8Array, string> {
  const fragments = element.fragments?.length ?? 0;
  if (fragments === 0) return err('its compressed pixel data holds no fragment');
  try {
    return ok(bytesOf(read(dataSet, element, frame, frames, fragments)));
  } catch {
    return err(`the fragments of frame ${frame + 1} of ${frames} cannot be found in its pixel data`);
  }
}

function read(dataSet: DataSet, element: Element, frame: number, frames: number, fragments: number): ByteArray {
  if (frames === 1) return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, element, 0, fragments);
  if ((element.basicOffsetTable?.length ?? 0) > 0)
    return dicomParser.readEncapsulatedImageFrame(dataSet, element, frame);
  if (fragments === frames) return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, element, frame, 1);
  const table = dicomParser.createJPEGBasicOffsetTable(dataSet, element);
  return dicomParser.readEncapsulatedImageFrame(dataSet, element, frame, table);
}

const bytesOf = (bytes: ByteArray): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
