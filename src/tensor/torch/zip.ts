/**
 * Writes ZIP files as torch's: nothing compressed, and every member's bytes at a multiple of 64, so that they can be
 * mapped into memory.
 */
import { crc32 } from 'node:zlib';

const ALIGNMENT = 64;
/** Ends and sizes are numbers of 32 bits, the count of members is one of 16; the extension for more is not written. */
const MOST_BYTES = 0xffff_ffff;
const MOST_MEMBERS = 0xffff;
/** 1 January 1980, the earliest: equal members give equal files. */
const DATE = 0x21;
const UTF_8 = 0x800;
const VERSION = 20;
/** The identifier of torch's field that pads to the alignment. */
const PADDING = Buffer.from('FB');

/** Throws RangeError if there is more than such a file can hold. */
export function encodeZip(members: ReadonlyMap<string, Uint8Array>): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of members) {
    const encoded = Buffer.from(name, 'utf8');
    const common = commonFields(content, encoded);
    const padding = paddingFor(at + LOCAL_BYTES + encoded.length);
    directory.push(centralHeader(common, at), encoded);
    const header = localHeader(common, padding.length);
    parts.push(header, encoded, padding, content);
    at += header.length + encoded.length + padding.length + content.length;
  }
  const listed = Buffer.concat(directory);
  if (at + listed.length > MOST_BYTES || members.size > MOST_MEMBERS)
    throw new RangeError(
      `A torch file holds at most ${MOST_BYTES} bytes in ${MOST_MEMBERS} tensors here; write safetensors instead.`,
    );
  return Buffer.concat([...parts, listed, end(members.size, listed.length, at)]);
}

const LOCAL_BYTES = 30;

/** The fields that both headers of a member share: 22 bytes. */
function commonFields(content: Uint8Array, name: Buffer): Buffer {
  const fields = Buffer.alloc(22);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF_8, 2);
  fields.writeUInt16LE(DATE, 8); // after the method (stored) and the time of day, both 0
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  return Buffer.concat([fields, uint16(name.length)]);
}

const localHeader = (common: Buffer, padding: number): Buffer =>
  Buffer.concat([Buffer.from('PK\x03\x04'), common, uint16(padding)]);

/** Without extra field, comment and attributes. */
const centralHeader = (common: Buffer, at: number): Buffer =>
  Buffer.concat([Buffer.from('PK\x01\x02'), uint16(VERSION), common, Buffer.alloc(12), uint32(at)]);

const end = (members: number, bytes: number, at: number): Buffer =>
  Buffer.concat([
    Buffer.from('PK\x05\x06'),
    Buffer.alloc(4),
    uint16(members),
    uint16(members),
    uint32(bytes),
    uint32(at),
    Buffer.alloc(2),
  ]);

/** An extra field that ends at a multiple of the alignment. */
function paddingFor(position: number): Buffer {
  const header = PADDING.length + 2;
  const fill = ALIGNMENT - ((position + header) % ALIGNMENT);
  return Buffer.concat([PADDING, uint16(fill), Buffer.alloc(fill)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
