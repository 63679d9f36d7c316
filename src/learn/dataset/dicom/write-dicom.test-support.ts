/** Writes small DICOM files for tests: explicit VR little endian, with preamble and meta header. */

/** Tag in hexadecimal digits (`00100020`), VR, value: text, numbers, bytes, or the items of a sequence. */
export type DicomElement = readonly [
  tag: string,
  vr: string,
  value: string | readonly number[] | Uint8Array | readonly DicomElement[][],
];

const LONG_VRS = ['OB', 'OW', 'OF', 'SQ', 'UN', 'UT'];

export interface DrawnDicom {
  readonly columns?: number;
  readonly rows?: number;
  /** Stored values of all frames; a ramp by default. */
  readonly values?: readonly number[];
  readonly bitsStored?: number;
  readonly signed?: boolean;
  readonly photometric?: string;
  readonly sopClass?: string;
  readonly sopInstance?: string;
  readonly study?: string;
  readonly patient?: string;
  /** Further elements, which replace those above. */
  readonly more?: readonly DicomElement[];
  readonly withoutPixels?: boolean;
}

const SECONDARY = '1.2.840.10008.5.1.4.1.1.2';
let written = 0;

/** Values have 16 bits allocated, or 8 if `bitsStored` is 8 or less. */
export function drawDicom(drawn: DrawnDicom = {}): Buffer {
  const { columns = 8, rows = 8, bitsStored = 12, signed = false, sopClass = SECONDARY } = drawn;
  const values =
    drawn.values ??
    Array.from({ length: rows * columns }, (_, i) => Math.floor((i * 2 ** bitsStored) / (rows * columns)));
  const bytes = bitsStored <= 8 ? Uint8Array.from(values) : new Uint8Array(Uint16Array.from(values).buffer);
  const elements: DicomElement[] = [
    ['00080016', 'UI', sopClass],
    ['00080018', 'UI', drawn.sopInstance ?? `1.2.3.${++written}`],
    ['00080060', 'CS', 'CT'],
    ['00100020', 'LO', drawn.patient ?? 'patient'],
    ['0020000d', 'UI', drawn.study ?? `1.2.3.0.${[...Buffer.from(drawn.patient ?? '')].join('')}`],
    ['00280002', 'US', [1]],
    ['00280004', 'CS', drawn.photometric ?? 'MONOCHROME2'],
    ['00280010', 'US', [rows]],
    ['00280011', 'US', [columns]],
    ['00280100', 'US', [bitsStored <= 8 ? 8 : 16]],
    ['00280101', 'US', [bitsStored]],
    ['00280102', 'US', [bitsStored - 1]],
    ['00280103', 'US', [signed ? 1 : 0]],
    ...(drawn.withoutPixels ? [] : [['7fe00010', 'OW', bytes] as const]),
  ];
  const replaced = new Map([...elements, ...(drawn.more ?? [])].map((element) => [element[0], element]));
  const body = [...replaced.values()].sort(([a], [b]) => (a < b ? -1 : 1)).map(encode);
  const meta = encode(['00020010', 'UI', '1.2.840.10008.1.2.1']);
  const group = encode(['00020000', 'UL', [meta.length]]);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), group, meta, ...body]);
}

function encode([tag, vr, value]: DicomElement): Buffer {
  const content = contentOf(vr, value);
  const even = content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(LONG_VRS.includes(vr) ? 12 : 8);
  head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  head.write(vr, 4, 'latin1');
  if (head.length === 12) head.writeUInt32LE(even.length, 8);
  else head.writeUInt16LE(even.length, 6);
  return Buffer.concat([head, even]);
}

function contentOf(vr: string, value: DicomElement[2]): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (vr === 'SQ') return Buffer.concat((value as readonly DicomElement[][]).map(encodeItem));
  const numbers = value as readonly number[];
  if (vr === 'UL') return Buffer.from(Uint32Array.from(numbers).buffer);
  return Buffer.from(Uint16Array.from(numbers).buffer); // two's complement for SS
}

function encodeItem(elements: readonly DicomElement[]): Buffer {
  const content = Buffer.concat(elements.map(encode));
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}
