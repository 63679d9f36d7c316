/** Compares a recorded output with the same output made again: byte by byte, and if bytes differ, number by number. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import type { ReproductionVerdict, FieldDifference, OutputReproduction } from '../../formats/reproduction.ts';
import { compareCsv } from './compare-csv.ts';
import { compareJson } from './compare-json.ts';
import { compareSafetensors } from './compare-safetensors.ts';
import { Differences } from './differences.ts';

/** Absolute paths by name; a single file has the name that its output declares. */
export type FilePaths = ReadonlyMap<string, string>;

export function compareOutput(recorded: FilePaths, now: FilePaths, tolerance: number): OutputReproduction {
  const names = [...new Set([...recorded.keys(), ...now.keys()])];
  const compared = names.map(
    (name) => [name, compareNamed(name, recorded.get(name), now.get(name), tolerance)] as const,
  );
  const [only] = compared;
  if (only !== undefined && compared.length === 1) return only[1];
  const differing = compared.filter(([, { verdict }]) => verdict !== 'identical');
  const [name = '', first] = differing[0] ?? [];
  const fields = Object.fromEntries(
    differing.flatMap(([file, audit]) =>
      Object.entries(audit.fields ?? {}).map(([field, difference]): [string, FieldDifference] => [
        `${file}: ${field}`,
        difference,
      ]),
    ),
  );
  return {
    verdict: worstVerdict(compared.map(([, { verdict }]) => verdict)),
    ...(first?.first !== undefined && { first: `${name}: ${first.first}` }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
}

export function worstVerdict(verdicts: readonly ReproductionVerdict[]): ReproductionVerdict {
  return (['different', 'within'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'identical';
}

function compareNamed(
  name: string,
  recorded: string | undefined,
  now: string | undefined,
  tolerance: number,
): OutputReproduction {
  if (recorded === undefined || now === undefined)
    return { verdict: 'different', first: now === undefined ? 'it was not written' : 'it was not there before' };
  const byte = firstDifference(recorded, now);
  if (byte === undefined) return { verdict: 'identical' };
  const differences = new Differences(tolerance);
  return compareNumbers(name, recorded, now, differences)
    ? differences.verdict()
    : { verdict: 'different', first: `byte ${byte}` };
}

/** False if the files have no known format for numbers. */
function compareNumbers(name: string, recorded: string, now: string, differences: Differences): boolean {
  switch (path.extname(name).toLowerCase()) {
    case '.json':
      return compareJson(readFileSync(recorded, 'utf8'), readFileSync(now, 'utf8'), differences);
    case '.csv':
      compareCsv(readFileSync(recorded, 'utf8'), readFileSync(now, 'utf8'), differences);
      return true;
    case '.safetensors':
      return compareSafetensors(recorded, now, differences);
    default:
      return false;
  }
}

const PIECE = 1 << 20;

/** The position of the first byte that differs; undefined: none does. */
function firstDifference(recorded: string, now: string): number | undefined {
  const files = [openSync(recorded, 'r'), openSync(now, 'r')] as const;
  const pieces = [Buffer.alloc(PIECE), Buffer.alloc(PIECE)] as const;
  try {
    for (let at = 0; ; at += PIECE) {
      const [a, b] = [readPiece(files[0], pieces[0], at), readPiece(files[1], pieces[1], at)];
      if (!a.equals(b)) return at + firstUnequal(a, b);
      if (a.length < PIECE) return undefined;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** The view of the buffer that was filled: shorter at the end of the file. */
function readPiece(file: number, piece: Buffer, at: number): Buffer {
  return piece.subarray(0, readSync(file, piece, 0, PIECE, at));
}

function firstUnequal(a: Buffer, b: Buffer): number {
  const index = a.findIndex((byte, i) => byte !== b[i]);
  return index === -1 ? a.length : index;
}
