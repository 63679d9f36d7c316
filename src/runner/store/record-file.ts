/** The file of a record: `runs/<fingerprint>/<result>.json`, with a checksum. */
import path from 'node:path';
import { canonicalJson } from '../../util/canonical-json.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';

/** The digest of what an execution made. Two executions of one fingerprint may have made different results. */
export type ResultId = Digest & { readonly __use: 'ResultId' };

export interface RecordKey {
  readonly fingerprint: Fingerprint;
  readonly result: ResultId;
}

/** The key of a record, or of an entry of the lockfile. */
export function recordKeyOf({ fingerprint, outputs }: Pick<RunRecord, 'fingerprint' | 'outputs'>): RecordKey {
  return { fingerprint, result: resultIdOf(outputs) };
}

function resultIdOf(outputs: Readonly<Record<string, StoredOutput>>): ResultId {
  const contents = Object.entries(outputs).map(([name, { kind, digest }]) => [name, { kind, digest }] as const);
  return digestOf(canonicalJson(Object.fromEntries(contents))) as ResultId;
}

/** Absolute if the store's folder is. */
export function recordFile(storeFolder: string, { fingerprint, result }: RecordKey): string {
  return path.join(recordFolder(storeFolder, fingerprint), `${result}.json`);
}

/** The records of all executions of a fingerprint. */
export function recordFolder(storeFolder: string, fingerprint: string): string {
  return path.join(storeFolder, 'runs', fingerprint);
}

/** Undefined where a name is none of a record. */
export function resultIdOfFile(name: string): ResultId | undefined {
  return /^([0-9a-f]{64})\.json$/.exec(name)?.[1] as ResultId | undefined;
}

/** The checksum is the digest of the record's compact JSON: a flipped byte anywhere in it is noticed. */
export function formatRecord(record: RunRecord): string {
  const plain: unknown = JSON.parse(JSON.stringify(record));
  return `${JSON.stringify({ checksum: digestOf(JSON.stringify(plain)), record: plain }, null, 1)}\n`;
}

/** Undefined: not the record that it should be, or damaged. */
export function parseRecord(text: string, key: RecordKey): RunRecord | undefined {
  const record = parseAnyRecord(text);
  try {
    return record && isSameKey(recordKeyOf(record), key) ? record : undefined;
  } catch {
    return undefined; // its checksum is right, and it has another shape
  }
}

/** Undefined: damaged. The owner of the record is not checked. */
export function parseAnyRecord(text: string): RunRecord | undefined {
  try {
    const { checksum, record } = JSON.parse(text) as { checksum: Digest; record: RunRecord };
    const format: unknown = record.format; // another version may have written it
    return digestOf(JSON.stringify(record)) === checksum && format === 1 ? record : undefined;
  } catch {
    return undefined; // truncated, or not JSON at all
  }
}

export const isSameKey = (a: RecordKey, b: RecordKey): boolean =>
  a.fingerprint === b.fingerprint && a.result === b.result;
