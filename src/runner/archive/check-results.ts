/**
 * Checks that records from elsewhere are consistent. Their bytes are unchanged since they were sent, but the sender is
 * unknown.
 */
import type { Digest } from '../../util/digest.ts';
import { declaredKind, type Fingerprint } from '../fingerprint.ts';
import { fingerprintOf } from '../plan/identify.ts';
import type { RunRecord } from '../record.ts';
import { parseAnyRecord } from '../store/record-file.ts';
import { isInsideName, parseTree, treeOf } from '../store/tree.ts';
import { ArchiveError } from './archive-error.ts';
import { isObject } from './manifest.ts';

/** Throws ArchiveError unless it is sealed, of the shape of a record, and its fingerprint is that of its identity. */
export function checkedRecord(text: string, digest: Digest): RunRecord {
  const name = `the record ${digest.slice(0, 12)} of the archive`;
  const record = parseAnyRecord(text);
  if (!record) throw new ArchiveError(`${name} is damaged`);
  if (!hasShape(record)) throw new ArchiveError(`${name} lacks a part, or has one of another kind`);
  let identified: Fingerprint;
  try {
    identified = fingerprintOf(record.identity);
  } catch {
    throw new ArchiveError(`${name} identifies nothing`);
  }
  if (identified !== record.fingerprint)
    throw new ArchiveError(`${name} is forged: its fingerprint does not match the execution that it describes`);
  if (record.instance.split(':')[0] !== record.stage)
    throw new ArchiveError(`${name} is of another stage than its instance`);
  for (const [output, { kind, file }] of Object.entries(record.outputs)) {
    const declared = record.identity.outputs[output];
    if (declared?.kind !== declaredKind(kind) || declared.file !== file)
      throw new ArchiveError(`${name} has an output ${output} that does not match its identity`);
    if (!isInsideName(file))
      throw new ArchiveError(`${name} has an output outside of its folder: ${JSON.stringify(file)}`);
  }
  return record;
}

/**
 * The digests of all outputs of a record. `list` returns the text of a folder's list, undefined if it is missing.
 * Throws ArchiveError for a malformed list, or one that names a file outside of its folder.
 */
export function digestsOf(record: RunRecord, list: (digest: Digest) => string | undefined): Digest[] {
  return Object.values(record.outputs).flatMap(({ kind, digest }) => {
    if (kind !== 'folder') return [digest];
    const text = list(digest);
    return text === undefined ? [digest] : [digest, ...filesOf(text, digest)];
  });
}

function filesOf(text: string, digest: Digest): Digest[] {
  const name = `the list ${digest.slice(0, 12)} of a folder in the archive`;
  let entries: ReturnType<typeof parseTree>;
  try {
    entries = parseTree(text);
    if (treeOf(entries).text !== text) throw new Error('written in another way');
  } catch {
    throw new ArchiveError(`${name} is none`);
  }
  for (const entry of entries)
    if (!isInsideName(entry.name))
      throw new ArchiveError(`${name} names a file outside of it: ${JSON.stringify(entry.name)}`);
  return entries.flatMap((entry) => (entry.digest === '' ? [] : [entry.digest]));
}

/** As much as the rest of the program relies on. */
function hasShape(record: RunRecord): boolean {
  const value: unknown = record;
  if (!isObject(value)) return false;
  const { format, instance, stage, axes, identity, sources, origins, outputs, execution } = value;
  return (
    format === 1 &&
    typeof instance === 'string' &&
    typeof stage === 'string' &&
    isObject(axes) &&
    isObject(sources) &&
    isObject(identity) &&
    isObject(identity.code) &&
    isObject(identity.params) &&
    isObject(identity.axes) &&
    isObject(identity.env) &&
    membersAre(identity.inputs, isInput) &&
    membersAre(identity.outputs, isDeclaredOutput) &&
    membersAre(outputs, isOutput) &&
    membersAre(origins, isOrigins) &&
    isObject(execution) &&
    typeof execution.started === 'string' &&
    typeof execution.host === 'string' &&
    typeof execution.log === 'string' &&
    typeof execution.platform === 'string' &&
    typeof execution.node === 'string' &&
    Number.isFinite(execution.seconds) &&
    isObject(execution.notes) &&
    isObject(execution.metrics) &&
    isObject(execution.resources) &&
    Array.isArray(execution.warnings)
  );
}

const membersAre = (value: unknown, is: (member: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(is);

const isDigest = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const isInput = (value: unknown): boolean =>
  isObject(value) && (value.kind === 'none' || value.kind === 'gather' || isDigest(value.digest));

const isDeclaredOutput = (value: unknown): boolean =>
  isObject(value) && (value.kind === 'file' || value.kind === 'folder') && typeof value.file === 'string';

const isOutput = (value: unknown): boolean =>
  isObject(value) &&
  (value.kind === 'executable' || isDeclaredOutput(value)) &&
  typeof value.file === 'string' &&
  isDigest(value.digest) &&
  Number.isSafeInteger(value.bytes);

const isOrigins = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (origin) =>
      isObject(origin) &&
      (origin.kind === 'path'
        ? typeof origin.path === 'string'
        : isDigest(origin.fingerprint) && typeof origin.output === 'string'),
  );
