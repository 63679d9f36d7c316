/**
 * The header of a safetensors file (huggingface/safetensors, format: u64 length, JSON, data): the positions of tensors.
 */
import { readSync } from 'node:fs';
import type { JsonObject } from '../../util/json.ts';

export interface SafetensorsHeader {
  readonly metadata: JsonObject;
  readonly tensors: ReadonlyMap<string, TensorHeader>;
}

export interface TensorHeader {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the beginning of the file, end exclusive. */
  readonly begin: number;
  readonly end: number;
}

const LONGEST_HEADER = 100_000_000;

/** Undefined if the file is none. @param descriptor of a file opened for reading */
export function readSafetensorsHeader(descriptor: number, size: number): SafetensorsHeader | undefined {
  const prefix = Buffer.alloc(8);
  if (readSync(descriptor, prefix, 0, 8, 0) < 8) return undefined;
  const length = Number(prefix.readBigUInt64LE());
  if (length > Math.min(LONGEST_HEADER, size - 8)) return undefined;
  const text = Buffer.alloc(length);
  readSync(descriptor, text, 0, length, 8);
  try {
    const { __metadata__: metadata = {}, ...entries } = JSON.parse(text.toString()) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    > & { __metadata__?: JsonObject };
    const tensors = Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, begin: 8 + length + begin, end: 8 + length + end }] as const,
    );
    return tensors.every(([, { end }]) => end <= size) ? { metadata, tensors: new Map(tensors) } : undefined;
  } catch {
    return undefined;
  }
}
