/** Reads event files for tests: only the fields that are written, by their numbers. */
interface ReadEvent {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  readonly scalar?: { readonly tag: string; readonly value: number };
}

export function eventsIn(file: Buffer): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at + 16 <= file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    events.push(eventOf(file.subarray(at + 12, at + 12 + length)));
    at += 16 + length;
  }
  return events;
}

export const scalarsIn = (file: Buffer) =>
  eventsIn(file).flatMap(({ time, step, scalar }) => (scalar === undefined ? [] : [{ step, time, ...scalar }]));

function eventOf(bytes: Buffer): ReadEvent {
  const fields = fieldsOf(bytes);
  const summary = fields.get(5);
  const value = summary && fieldsOf(fieldsOf(summary).get(1) ?? Buffer.alloc(0));
  const version = fields.get(3)?.toString();
  return {
    time: fields.get(1)?.readDoubleLE() ?? 0,
    step: fields.get(2)?.readUInt8() ?? 0,
    ...(version !== undefined && { version }),
    ...(value && { scalar: { tag: String(value.get(1)), value: value.get(2)?.readFloatLE() ?? 0 } }),
  };
}

/** Lengths and numbers are below 128 in these tests, so that each is one byte. */
function fieldsOf(bytes: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at++);
    const wire = tag & 7;
    const length = wire === 0 ? 1 : wire === 1 ? 8 : wire === 5 ? 4 : bytes.readUInt8(at++);
    fields.set(tag >> 3, bytes.subarray(at, at + length));
    at += length;
  }
  return fields;
}
