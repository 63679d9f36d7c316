/** The files of a crate: which outputs lie in it, and under which names. */
import path from 'node:path';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { Digest } from '../../util/digest.ts';
import { isChosen, type OutputChoice } from '../results/chosen-outputs.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import { idPart } from './graph.ts';

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
  readonly files: OutputChoice;
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
  if (!isChosen(output, files)) return undefined;
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
