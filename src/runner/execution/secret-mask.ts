/** Replaces the values of secret variables by asterisks, in every usual spelling: in logs, messages and records. */
import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';
import { percentEncodings, spellingsOf } from './secret-spellings.ts';

export interface SecretMask {
  /** In all texts of a value. */
  in<T>(value: T): T;
  /** In a file, in place: it keeps its length. */
  inFile(file: string): void;
}

/** Shorter values would be found in every word. */
const SHORTEST = 4;

const CHUNK_BYTES = 1024 * 1024;

/** @param values of secret variables. Undefined if there is nothing to be masked */
export function secretMask(values: readonly string[]): SecretMask | undefined {
  const spellings = [...new Set(values.filter(isLong).flatMap(spellingsOf))]
    .filter(isLong)
    .sort((a, b) => b.length - a.length); // a part of a longer one is gone when its turn comes
  if (spellings.length === 0) return undefined;
  return {
    in: (value) => masked(value, spellings) as typeof value,
    inFile: (file) => {
      if (existsSync(file))
        maskFile(
          file,
          spellings.flatMap(percentEncodings).map((spelling) => Buffer.from(spelling)),
        );
    },
  };
}

const isLong = (text: string): boolean => text.trim().length >= SHORTEST;

function masked(value: unknown, spellings: readonly string[]): unknown {
  if (typeof value === 'string')
    return spellings.reduce((text, spelling) => percentEncodings(spelling).reduce(replaced, text), value);
  if (Array.isArray(value)) return value.map((item) => masked(item, spellings));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, masked(member, spellings)]));
}

const replaced = (text: string, spelling: string): string => text.replaceAll(spelling, '***');

function maskFile(file: string, needles: readonly Buffer[]): void {
  const overlap = Math.max(...needles.map(({ length }) => length)) - 1;
  const buffer = Buffer.alloc(CHUNK_BYTES + overlap);
  const descriptor = openSync(file, 'r+');
  try {
    for (let start = 0; ; start += CHUNK_BYTES) {
      const length = readSync(descriptor, buffer, 0, buffer.length, start);
      const chunk = buffer.subarray(0, length);
      for (const needle of needles) maskChunk(descriptor, chunk, start, needle);
      if (length < buffer.length) return;
    }
  } finally {
    closeSync(descriptor);
  }
}

function maskChunk(descriptor: number, chunk: Buffer, start: number, needle: Buffer): void {
  for (let at = chunk.indexOf(needle); at >= 0; at = chunk.indexOf(needle, at + needle.length)) {
    chunk.fill('*', at, at + needle.length);
    writeSync(descriptor, chunk, at, needle.length, start + at);
  }
}
