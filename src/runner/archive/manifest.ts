/**
 * The first file of an archive. It lists the following files in order, with sizes and digests. No other file may
 * follow.
 */
import { digestOf, type Digest } from '../../util/digest.ts';
import type { InstanceId } from '../pipeline.ts';
import { ArchiveError } from './archive-error.ts';

const NAME = /^manifest-([0-9a-f]{64})\.json$/;

/** The manifest's name has the digest of its text, as it has those of all others: no changed byte goes unnoticed. */
export const manifestName = (text: string): string => `manifest-${digestOf(text)}.json`;

/** Undefined for the name of anything but a manifest. */
export const manifestDigest = (name: string): Digest | undefined => NAME.exec(name)?.[1] as Digest | undefined;

/** Texts are read into memory: a record has kilobytes, a manifest of ten thousand instances some megabytes. */
export const LONGEST_TEXT = 64 * 1024 * 1024;

export interface Manifest {
  readonly format: 1;
  /** Name of the pipeline that the results are of. */
  readonly pipeline: string;
  /** The results that the lockfile named when the archive was made, by the digest of their records. */
  readonly results: Readonly<Record<InstanceId, Digest>>;
  /** Records, producers first, then blobs. */
  readonly files: readonly ArchivedFile[];
}

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: number;
  readonly digest: Digest;
}

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

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/** Throws ArchiveError for anything that is not a manifest of this format. */
export function parseManifest(text: string): Manifest {
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
  const { pipeline, results, files } = value;
  if (typeof pipeline !== 'string' || !isObject(results) || !Array.isArray(files))
    throw new ArchiveError('the manifest of the archive lacks its parts');
  const checked = files.map(checkedFile);
  const names = new Set(checked.map(({ name }) => name));
  if (names.size !== checked.length) throw new ArchiveError('the manifest of the archive names a file twice');
  for (const [id, digest] of Object.entries(results)) {
    if (typeof digest !== 'string' || !names.has(recordName(digest)))
      throw new ArchiveError(`the archive names a result of ${id} and holds no record of it`);
  }
  return { format: 1, pipeline, results: results as Manifest['results'], files: checked };
}

function checkedFile(value: unknown): ArchivedFile {
  if (!isObject(value)) throw new ArchiveError('the manifest of the archive has a malformed entry');
  const { name, bytes, digest } = value;
  const purpose = typeof name === 'string' ? purposeOf(name) : undefined;
  if (typeof name !== 'string' || purpose === undefined)
    throw new ArchiveError(`the archive names ${JSON.stringify(name)}, which has no place in a store`);
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0)
    throw new ArchiveError(`the archive gives ${name} a size of ${JSON.stringify(bytes)}`);
  if (purpose.kind !== 'blob' && bytes > LONGEST_TEXT)
    throw new ArchiveError(`the archive gives ${name} ${bytes} bytes; a text has ${LONGEST_TEXT} at most`);
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw new ArchiveError(`the archive gives ${name} no digest`);
  if (purpose.digest !== digest) throw new ArchiveError(`the name of ${name} is not its digest`);
  return { name, bytes, digest: digest as Digest };
}

/** The text of a record as a file of an archive. */
export function archivedRecord(text: string): ArchivedFile & { readonly text: string } {
  const digest = digestOf(text);
  return { name: recordName(digest), bytes: Buffer.byteLength(text), digest, text };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
