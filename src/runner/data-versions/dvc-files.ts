/**
 * Reads `*.dvc` files and the cache of a DVC project (versions 2 and 3;
 * https://dvc.org/doc/user-guide/project-structure).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { textIfThere } from '../../util/if-there.ts';
import { DataError } from './data-error.ts';

export interface DvcOutput {
  /** Absolute path of the folder or file. */
  readonly target: string;
  readonly md5: string;
  readonly isFolder: boolean;
  /** DVC 2 hashed text files after it had replaced CRLF by LF, and had other folders in its cache. */
  readonly version: 2 | 3;
}

/** One file of a version, with the place of its content in the cache. */
export interface DvcEntry {
  /** Relative to the folder, with `/`; empty for a single file. */
  readonly name: string;
  readonly md5: string;
}

interface DvcDocument {
  readonly outs?: readonly {
    readonly path?: string;
    readonly md5?: string;
    readonly hash?: string;
    readonly etag?: string;
    readonly cache?: boolean;
    readonly remote?: string;
  }[];
  readonly deps?: readonly { readonly repo?: unknown }[];
}

/** @param file absolute path of the `*.dvc` file; `text`: as it is now, or in a commit. Throws DataError. */
export async function readDvcFile(file: string, text: string): Promise<DvcOutput> {
  const { load } = await import('js-yaml');
  let document: DvcDocument | null;
  try {
    document = load(text) as DvcDocument | null;
  } catch (error) {
    throw new DataError(`${file} cannot be read: ${(error as Error).message.split('\n', 1)[0] ?? ''}`);
  }
  const [out, ...others] = document?.outs ?? [];
  if (out?.path === undefined) throw new DataError(`${file} names no data: it has no \`outs\` with a \`path\``);
  if (others.length > 0) throw new DataError(`${file} names ${others.length + 1} outputs, and 1 is expected`);
  if (out.md5 === undefined || out.cache === false) {
    const reason = out.etag === undefined ? 'is not in the cache (`cache: false`)' : 'lives in a cloud (`etag`)';
    throw new DataError(`${file}: the data ${reason}`, 'Fetch it with dvc, and add the folder: pipeline data add.');
  }
  return {
    target: path.resolve(path.dirname(file), out.path),
    md5: out.md5,
    isFolder: out.md5.endsWith('.dir'),
    version: out.hash === 'md5' ? 3 : 2,
  };
}

/** Absolute path of the cache of the DVC project around a folder. Throws DataError. */
export function findDvcCache(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    const settings = path.join(at, '.dvc');
    if (existsSync(settings)) return cacheOf(settings);
    if (path.dirname(at) === at)
      throw new DataError(`${folder} is in no DVC project: no folder .dvc is here or above`, 'Run it in the project.');
  }
}

/** `cache.dir` of `.dvc/config`, or of `.dvc/config.local`, which wins. Relative to `.dvc`. */
function cacheOf(settings: string): string {
  const configured = ['config.local', 'config'].flatMap((name) => {
    const [, section] = /^\s*\[cache\]\s*$([^[]*)/m.exec(textIfThere(path.join(settings, name))) ?? [];
    return /^\s*dir\s*=\s*(.+?)\s*$/m.exec(section ?? '')?.[1] ?? [];
  });
  return path.resolve(settings, configured[0] ?? 'cache');
}

/** Absolute path of a content in the cache; undefined: the cache lacks it. */
export function cachedFile(cache: string, md5: string): string | undefined {
  const [start, rest] = [md5.slice(0, 2), md5.slice(2)];
  return [path.join(cache, 'files', 'md5', start, rest), path.join(cache, start, rest)].find((file) =>
    existsSync(file),
  );
}

/** The files of a version. Undefined: the cache lacks the list of the folder. Throws DataError for a damaged list. */
export function dvcEntries(cache: string, { md5, isFolder }: DvcOutput): readonly DvcEntry[] | undefined {
  if (!isFolder) return [{ name: '', md5 }];
  const file = cachedFile(cache, md5);
  if (file === undefined) return undefined;
  try {
    const list = JSON.parse(readFileSync(file, 'utf8')) as readonly {
      readonly md5: string;
      readonly relpath: string;
    }[];
    return list.map((entry) => ({ name: entry.relpath, md5: entry.md5 }));
  } catch {
    throw new DataError(`${file}: the list of the folder is damaged`, 'dvc fetch brings it back.');
  }
}

/** Is this the content that DVC hashed? */
export function isDvcContent(content: Uint8Array, md5: string, version: DvcOutput['version']): boolean {
  if (md5Of(content) === md5) return true;
  return (
    version === 2 &&
    md5Of(Buffer.from(Buffer.from(content).toString('latin1').replaceAll('\r\n', '\n'), 'latin1')) === md5
  );
}

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
