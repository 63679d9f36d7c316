/**
 * The first file of an archive. It lists the following files in order, with sizes and digests. No other file may
 * follow.
 */
import type { ArchivedFile, ArchiveManifest } from '../../formats/archive-manifest.ts';
import { faultIn } from '../../formats/validation.ts';
import { validate } from '../../formats/validators/archive-manifest.generated.js';
import { digestOf, type Digest } from '../../util/digest.ts';
import { ArchiveError } from './archive-error.ts';

const NAME = /^manifest-([0-9a-f]{64})\.json$/;

/** The manifest's name has the digest of its text, as it has those of all others: no changed byte goes unnoticed. */
export const manifestName = (text: string): string => `manifest-${digestOf(text)}.json`;

/** Undefined for the name of anything but a manifest. */
export const manifestDigest = (name: string): Digest | undefined => NAME.exec(name)?.[1] as Digest | undefined;

/** Texts are read into memory: a record has kilobytes, a manifest of ten thousand instances some megabytes. */
export const LONGEST_TEXT = 64 * 1024 * 1024;

const recordName = (digest: string): string => `records/${digest}.json`;
export const blobName = (digest: Digest): string => `objects/${digest}`;

const RECORD = /^records\/([0-9a-f]{64})\.json$/;
const BLOB = /^objects\/([0-9a-f]{64})$/;

/** Records and blobs both have the digest of their content in their names. */
export interface EntryPurpose {
  readonly kind: 'record' | 'blob';
  readonly digest: Digest;
}

/** Undefined for a name that has no place in an archive. */
export function purposeOf(name: string): EntryPurpose | undefined {
  const record = RECORD.exec(name)?.[1];
  if (record !== undefined) return { kind: 'record', digest: record as Digest };
  const digest = BLOB.exec(name)?.[1];
  return digest === undefined ? undefined : { kind: 'blob', digest: digest as Digest };
}

export function formatManifest(manifest: ArchiveManifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/** Throws ArchiveError for anything that is not a manifest of this format. */
export function parseManifest(text: string): ArchiveManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ArchiveError('the manifest of the archive is not JSON');
  }
  if (!isObject(value) || value.format !== 1)
    throw new ArchiveError(
      'the archive has a format that this version does not know',
      'Was it made by a newer version of pipeline?',
    );
  const fault = faultIn(validate, value);
  if (fault !== undefined) throw new ArchiveError(`the manifest of the archive is malformed: ${fault}`);
  const manifest = value as object as ArchiveManifest;
  const { results, files } = manifest;
  for (const file of files) checkFile(file);
  const names = new Set(files.map(({ name }) => name));
  if (names.size !== files.length) throw new ArchiveError('the manifest of the archive names a file twice');
  for (const [id, digest] of Object.entries(results)) {
    if (!names.has(recordName(digest)))
      throw new ArchiveError(`the archive names a result of ${id} and holds no record of it`);
  }
  return manifest;
}

function checkFile({ name, bytes, digest }: ArchivedFile): void {
  const purpose = purposeOf(name);
  if (purpose === undefined)
    throw new ArchiveError(`the archive names ${JSON.stringify(name)}, which has no place in a store`);
  if (purpose.kind !== 'blob' && bytes > LONGEST_TEXT)
    throw new ArchiveError(`the archive gives ${name} ${bytes} bytes; a text has ${LONGEST_TEXT} at most`);
  if (purpose.digest !== digest) throw new ArchiveError(`the name of ${name} is not its digest`);
}

/** The text of a record as a file of an archive. */
export function archivedRecord(text: string): ArchivedFile & { readonly text: string } {
  const digest = digestOf(text);
  return { name: recordName(digest), bytes: Buffer.byteLength(text), digest, text };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
