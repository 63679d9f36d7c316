/**
 * Checks that records from elsewhere are consistent. Their bytes are unchanged since they were sent, but the sender is
 * unknown.
 */
import type { Digest } from '../../util/digest.ts';
import { declaredKind } from '../fingerprint.ts';
import { fingerprintOf } from '../plan/identify.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { parseAnyRecord } from '../store/record-file.ts';
import { isInsideName, parseTree, treeOf } from '../store/tree.ts';
import { faultIn } from '../../formats/validation.ts';
import { validate } from '../../formats/validators/run-record.generated.js';
import { ArchiveError } from './archive-error.ts';

/** Throws ArchiveError unless it is sealed, of the shape of a record, and its fingerprint is that of its identity. */
export function checkedRecord(text: string, digest: Digest): RunRecord {
  const name = `the record ${digest.slice(0, 12)} of the archive`;
  const record = parseAnyRecord(text);
  if (!record) throw new ArchiveError(`${name} is damaged`);
  const fault = faultIn(validate, record);
  if (fault !== undefined) throw new ArchiveError(`${name} is malformed: ${fault}`);
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
