/**
 * The part of the tar format (POSIX ustar) that an archive of a store needs: regular files with short names. Other
 * entries (links, devices, folders, long names, extensions) are refused when read, so none of them has to be made safe.
 */
import { ArchiveError } from './archive-error.ts';
import type { ByteSource } from './byte-source.ts';
import { at } from '../../util/known.ts';

export const BLOCK = 512;
const NAME_BYTES = 100;
/** Larger sizes are written in base 256, as GNU tar and libarchive do. */
const OCTAL_LIMIT = 8 ** 11;

export interface Header {
  readonly name: string;
  readonly bytes: number;
}

/** The header block. No times, no owners: the same files give the same archive. */
export function headerBlock({ name, bytes }: Header): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new Error(`Internal error: ${name} is too long for an archive.`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  if (bytes < OCTAL_LIMIT) block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(bytes), 128);
  }
  block.write('00000000000\0', 136);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(checksum(block), 148, 'latin1');
  return block;
}

/** The padding of the last block of a file with this number of bytes. */
export const padding = (bytes: number): Buffer => Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);

/** Two empty blocks end an archive. */
export const END = Buffer.alloc(2 * BLOCK);

/** The next header; undefined at the end of the archive. Throws ArchiveError for an entry that is no regular file. */
export async function readHeader(source: ByteSource): Promise<Header | undefined> {
  const block = await source.take(BLOCK);
  if (block.every((byte) => byte === 0)) return undefined;
  if (block.toString('latin1', 148, 156) !== checksum(block) || text(block, 257, 5) !== 'ustar')
    throw new ArchiveError(
      'this is no archive of pipeline export, or it is damaged: a header of the tar format is wrong',
    );
  const name = text(block, 0, NAME_BYTES);
  const type = String.fromCharCode(at(block, 156));
  if (type !== '0')
    throw new ArchiveError(
      `the archive holds ${JSON.stringify(name)}, which is ${KINDS[type] ?? 'no regular file'}: only regular ` +
        'files belong in it',
    );
  if (text(block, 345, 155) !== '')
    throw new ArchiveError(`the archive holds a file in ${JSON.stringify(text(block, 345, 155))}, where none belongs`);
  return { name, bytes: sizeOf(block, name) };
}

const KINDS: Readonly<Record<string, string>> = {
  1: 'a hard link',
  2: 'a symbolic link',
  3: 'a device',
  4: 'a device',
  5: 'a folder',
  6: 'a pipe',
};

function sizeOf(block: Buffer, name: string): number {
  const size = block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : octal(text(block, 124, 12));
  if (!Number.isSafeInteger(size))
    throw new ArchiveError(`the size of ${JSON.stringify(name)} in the archive is no number`);
  return size;
}

const octal = (digits: string): number => (/^[0-7]+ ?$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN);

/** Up to the first zero byte. */
function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
}

/** As it is written: the sum of all bytes, those of the checksum itself counted as spaces, in six octal digits. */
function checksum(block: Buffer): string {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : at(block, i);
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}
