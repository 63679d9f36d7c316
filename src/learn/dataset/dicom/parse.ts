/**
 * The bytes of a DICOM file to its data set (PS3.5 and PS3.10), with the repairs that real files need. No message holds
 * a value of the data set: values may be names of patients.
 */
import { inflateRawSync } from 'node:zlib';
import dicomParser, { type DataSet } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';
import { IMPLICIT, EXPLICIT } from './transfer-syntax.ts';

/** The elements from this tag on are not parsed. */
export type Until = 'pixels' | 'end';

const PIXEL_DATA = 'x7fe00010';
const MAGIC_AT = 128;

/** `bytes` may be the beginning of a file if `until` is "pixels". */
export function parseDicom(bytes: Uint8Array, until: Until = 'end'): Result<DataSet, string> {
  const options = { inflater, ...(until === 'pixels' && { untilTag: PIXEL_DATA }) };
  try {
    return parsed(bytes, options);
  } catch (error) {
    return err(isImplicitInside(bytes) ? MIXED : plainReason(error));
  }
}

/** True for the preamble of PS3.10, and for the data sets without it that old archives write. */
export function isDicom(start: Uint8Array): boolean {
  if (ascii(start, MAGIC_AT, 4) === 'DICM') return true;
  const [group, , , , first, second] = start;
  const isVr = /^[A-Z]{2}$/.test(String.fromCharCode(first ?? 0, second ?? 0));
  return start.length >= 8 && (group === 2 || group === 8) && start[1] === 0 && start[3] === 0 && isVr;
}

type Options = Parameters<typeof dicomParser.parseDicom>[1];

function parsed(bytes: Uint8Array, options: Options): Result<DataSet, string> {
  if (ascii(bytes, MAGIC_AT, 4) !== 'DICM') {
    if (bytes[0] === 2 && bytes[1] === 0) return parsed(withPreamble(bytes), options);
    if (bytes[0] !== 8 || bytes[1] !== 0) return err('it is not a DICOM file');
    const TransferSyntaxUID = isExplicitAt(bytes, 0) ? EXPLICIT : IMPLICIT;
    return ok(dicomParser.parseDicom(bytes, { ...options, TransferSyntaxUID }));
  }
  const dataSet = dicomParser.parseDicom(withoutOv(bytes), options);
  const first = firstElementAt(dataSet);
  // The meta header says implicit, but the data set is explicit: two letters follow its first tag.
  if (dataSet.string('x00020010') === IMPLICIT && first !== undefined && isExplicitAt(bytes, first))
    return ok(dicomParser.parseDicom(bytes.subarray(first), { ...options, TransferSyntaxUID: EXPLICIT }));
  return ok(dataSet);
}

/** Inflates the data set behind the meta header (PS3.5, A.5). */
function inflater(bytes: Uint8Array, at: number): Uint8Array {
  const body = inflateRawSync(bytes.subarray(at));
  const whole = new Uint8Array(at + body.length);
  whole.set(bytes.subarray(0, at));
  whole.set(body, at);
  return whole;
}

function withPreamble(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(MAGIC_AT + 4 + bytes.length);
  whole.set(Buffer.from('DICM'), MAGIC_AT);
  whole.set(bytes, MAGIC_AT + 4);
  return whole;
}

/**
 * The tags of an extended offset table, (7FE0,0001) and (7FE0,0002), have the VR OV, which dicom-parser does not know.
 * OB has the same layout.
 */
function withoutOv(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const places = [1, 2]
    .map((element) => buffer.indexOf(Buffer.from([0xe0, 0x7f, element, 0, 0x4f, 0x56, 0, 0])))
    .filter((at) => at >= 0);
  if (places.length === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  for (const at of places) copy[at + 5] = 'B'.charCodeAt(0);
  return copy;
}

/** Offset of the first element behind the meta header, undefined without one. */
function firstElementAt({ elements }: DataSet): number | undefined {
  const offsets = Object.values(elements)
    .filter(({ tag }) => tag > 'x0003')
    .map(({ dataOffset }) => dataOffset);
  return offsets.length === 0 ? undefined : Math.min(...offsets) - 8;
}

const MIXED =
  'its data set is in implicit VR, but its transfer syntax demands explicit VR. Write it anew with another program, ' +
  'such as dcmtk';

/** By the group length of the meta header, (0002,0000), which says where the data set begins. */
function isImplicitInside(bytes: Uint8Array): boolean {
  if (ascii(bytes, MAGIC_AT + 8, 2) !== 'UL' || bytes.length < MAGIC_AT + 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const begin = MAGIC_AT + 16 + view.getUint32(MAGIC_AT + 12, true);
  const isDeflated = Buffer.from(bytes.subarray(0, begin)).includes(`${EXPLICIT}.99`);
  return begin + 8 < bytes.length && !isDeflated && !isExplicitAt(bytes, begin);
}

const isExplicitAt = (bytes: Uint8Array, at: number): boolean => /^[A-Z]{2}$/.test(ascii(bytes, at + 4, 2));

const ascii = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** dicom-parser throws objects that hold the data set, and texts that may quote it. */
function plainReason(error: unknown): string {
  const { exception, message } = error as { exception?: unknown; message?: unknown };
  const text = String(exception ?? message ?? error);
  if (/past end|overrun|out of (range|bounds)|unexpected end|missing|outside/i.test(text))
    return 'it is cut off: its data set ends within an element. Copy the file again';
  return 'its data set cannot be parsed. Write it anew with another program, such as dcmtk';
}
