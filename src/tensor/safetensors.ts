/**
 * Reads and writes safetensors: whole files in memory, or piece by piece at positions for those that do not fit.
 *
 * Written files are deterministic: equal tensors and metadata give equal bytes.
 */
import { open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { sizeOf, type HostTensor, type TensorSpec } from './host-tensor.ts';
import {
  SafetensorsError,
  encodeHeader,
  headerLength,
  assignOffsets,
  parseHeader,
  type Entry,
  type Header,
} from './safetensors-header.ts';
import { STORED_AS, bytesOf, decodeValues } from './stored-values.ts';

export { SafetensorsError } from './safetensors-header.ts';

interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads a whole file. Throws SafetensorsError, naming the file, when it is malformed. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  return decodeSafetensors(await readFile(path), path);
}

/** `place` names the source of the bytes in messages. */
export function decodeSafetensors(bytes: Uint8Array, place: string): Safetensors {
  const length = headerLength(bytes.subarray(0, 8), bytes.length, place);
  const { entries, metadata, dataStart } = parseHeader(bytes.subarray(8, 8 + length), bytes.length, place);
  const refuse = (problem: string): never => {
    throw new SafetensorsError(place, problem);
  };
  const tensors = entries.map((entry) => {
    const begin = dataStart + entry.begin;
    return [entry.name, decodeValues(entry, bytes.subarray(begin, begin + entry.bytes), refuse)] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFile(path, encodeSafetensors(tensors, metadata));
}

/** float32, int32, uint8 and bool are written as F32, I32, U8 and BOOL. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = planned(tensors);
  const header = encodeHeader(entries, metadata);
  const last = entries.at(-1);
  const bytes = new Uint8Array(header.length + (last === undefined ? 0 : last.begin + last.bytes));
  bytes.set(header);
  for (const entry of entries) {
    const tensor = tensors[entry.name]!;
    if (tensor.data.length !== sizeOf(tensor.shape))
      throw new Error(
        `Internal error: tensor "${entry.name}" has ${tensor.data.length} values for the shape ` +
          `[${tensor.shape.join(', ')}].`,
      );
    bytes.set(bytesOf(tensor), header.length + entry.begin);
  }
  return bytes;
}

/** A file open for reading parts of tensors. */
export interface SafetensorsReader {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Fills `into` with the stored bytes of a tensor from byte `offset` of that tensor on. */
  readBytes(entry: Entry, offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Reads and checks the header only. */
export async function openSafetensors(path: string): Promise<SafetensorsReader> {
  const file = await open(path, 'r');
  try {
    const header = await readHeader(file, path);
    return {
      entries: new Map(header.entries.map((entry) => [entry.name, entry])),
      metadata: header.metadata,
      readBytes: (entry, offset, into) => {
        if (offset < 0 || offset + into.length > entry.bytes)
          throw new Error(
            `Internal error: bytes ${offset} to ${offset + into.length} of tensor "${entry.name}" of ` +
              `${entry.bytes} bytes.`,
          );
        return fill(file, into, header.dataStart + entry.begin + offset, path);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file whose tensors arrive in pieces, in any order. */
interface SafetensorsWriter {
  /** Writes stored bytes of a tensor from byte `offset` of that tensor on. */
  writeBytes(name: string, offset: number, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

type StoredSpec = Pick<TensorSpec, 'shape'> & { readonly dtype: TensorSpec['dtype'] | 'uint16' };

/** Writes the header and reserves the room; bytes that are never written are zero. */
export async function createSafetensors(
  path: string,
  specs: Readonly<Record<string, StoredSpec>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<SafetensorsWriter> {
  const entries = planned(specs);
  const header = encodeHeader(entries, metadata);
  const places = new Map(entries.map((entry) => [entry.name, entry]));
  const file = await open(path, 'w');
  try {
    await writeAll(file, header, 0);
    await file.truncate(header.length + entries.reduce((sum, entry) => sum + entry.bytes, 0));
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    writeBytes: (name, offset, bytes) => {
      const entry = places.get(name);
      if (entry === undefined || offset < 0 || offset + bytes.length > entry.bytes)
        throw new Error(`Internal error: ${bytes.length} bytes at ${offset} do not belong to tensor "${name}".`);
      return writeAll(file, bytes, header.length + entry.begin + offset);
    },
    close: () => file.close(),
  };
}

const planned = (specs: Readonly<Record<string, StoredSpec>>): Entry[] =>
  assignOffsets(Object.entries(specs).map(([name, { dtype, shape }]) => ({ name, type: STORED_AS[dtype], shape })));

async function readHeader(file: FileHandle, path: string): Promise<Header> {
  const { size } = await file.stat();
  const start = new Uint8Array(Math.min(8, size));
  await fill(file, start, 0, path);
  const json = new Uint8Array(headerLength(start, size, path));
  await fill(file, json, 8, path);
  return parseHeader(json, size, path);
}

async function fill(file: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0)
      throw new SafetensorsError(
        path,
        `it ends at byte ${position + done}, within a tensor. Did it change while it was read?`,
      );
    done += bytesRead;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
