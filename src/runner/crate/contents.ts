/** The files of a crate: which outputs lie in it, and under which names. */
import path from 'node:path';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { Digest } from '../../util/digest.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import { idPart } from './graph.ts';

/** `small`: files of at most 10 MB that are no folders, because folders hold images. */
export type CrateFiles = 'none' | 'small' | 'all';

const SMALL_BYTES = 10_000_000;

/** A file or folder to copy from the store. */
export interface CrateContent {
  /** In the crate, with slashes. */
  readonly place: string;
  readonly kind: StoredOutput['kind'];
  readonly digest: Digest;
  /** What it is, for messages. */
  readonly what: string;
}

export interface Naming {
  readonly files: CrateFiles;
  /** File names are digests. */
  readonly isPrivate: boolean;
}

/** Undefined: the output is described, and does not lie in the crate. */
export function contentOf(
  record: RunRecord,
  name: string,
  output: StoredOutput,
  { files, isPrivate }: Naming,
): CrateContent | undefined {
  const isSmall = output.kind !== 'folder' && output.bytes <= SMALL_BYTES;
  if (files === 'none' || (files === 'small' && !isSmall)) return undefined;
  const { kind, digest, file } = output;
  const place = isPrivate
    ? `results/${digest}${kind === 'folder' ? '' : path.extname(file)}`
    : `results/${instanceFolderName(record.instance)}/${name}/${file}`;
  return { place, kind, digest, what: `output ${name} of ${record.instance}` };
}

const FORMATS: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.md': 'text/markdown',
  '.onnx': 'application/onnx',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.zip': 'application/zip',
};

/** The media type of a file, by its name. */
export const encodingFormatOf = (file: string): string =>
  FORMATS[path.extname(file).toLowerCase()] ?? 'application/octet-stream';

/** Its `@id`: a relative URI; that of a folder ends with a slash. */
export const idOfContent = ({ place, kind }: CrateContent): string =>
  place.split('/').map(idPart).join('/') + (kind === 'folder' ? '/' : '');
