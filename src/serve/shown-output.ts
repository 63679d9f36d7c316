/**
 * The outputs that the page shows: pictures, and reports in HTML. They are served by their digest, and only those that
 * the page was told of. Their bytes come from a stage, so that nothing in them may run or load anything.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { StoredOutput } from '../formats/run-record.ts';
import { blobFile } from '../runner/store/local-store.ts';
import { parseTree } from '../runner/store/tree.ts';
import { digestOf, type Digest } from '../util/digest.ts';

export interface ShownFile {
  readonly kind: 'picture' | 'page';
  readonly output: string;
  /** Relative to the output if it is a folder. */
  readonly file: string;
  readonly digest: Digest;
}

/** A folder with thousands of pictures is data. */
const MOST_OF_A_FOLDER = 12;
const MOST_BYTES = 64 * 1024 * 1024;

const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
};

export function shownFiles(storeFolder: string, outputs: Readonly<Record<string, StoredOutput>>): ShownFile[] {
  return Object.entries(outputs).flatMap(([output, { kind, file, digest }]) =>
    kind === 'folder' ? inFolder(storeFolder, output, digest) : shown(output, file, digest),
  );
}

function inFolder(storeFolder: string, output: string, digest: Digest): ShownFile[] {
  const list = readBlob(storeFolder, digest);
  if (list === undefined) return [];
  return parseTree(list.toString('utf8'))
    .flatMap((entry) => (entry.digest === '' ? [] : shown(output, entry.name, entry.digest)))
    .slice(0, MOST_OF_A_FOLDER);
}

function shown(output: string, file: string, digest: Digest): ShownFile[] {
  const ending = path.extname(file).toLowerCase();
  if (ending in PICTURES) return [{ kind: 'picture', output, file, digest }];
  return ending === '.html' ? [{ kind: 'page', output, file, digest }] : [];
}

export interface ServedFile {
  readonly type: string;
  readonly policy: string;
  readonly bytes: Buffer;
}

/** No script, no form, no other origin: a page of an opaque origin that may show what it holds. */
const SANDBOX =
  "sandbox; default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; " +
  "base-uri 'none'; form-action 'none'";

/** Undefined: it is not in the store, damaged, too large, or not what its name says. */
export function serveFile(storeFolder: string, { kind, file, digest }: ShownFile): ServedFile | undefined {
  const bytes = readBlob(storeFolder, digest);
  if (bytes === undefined) return undefined;
  if (kind === 'page') return { type: 'text/html; charset=utf-8', policy: SANDBOX, bytes };
  const type = PICTURES[path.extname(file).toLowerCase()];
  return type !== undefined && looksLike(type, bytes) ? { type, policy: SANDBOX, bytes } : undefined;
}

const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  'image/png': /^\x89PNG\r\n/,
  'image/jpeg': /^\xff\xd8\xff/,
  'image/webp': /^RIFF[\s\S]{4}WEBP/,
  'image/gif': /^GIF8/,
  'image/svg+xml': /^(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE svg|svg)/i,
};

function looksLike(type: string, bytes: Buffer): boolean {
  return BEGINNINGS[type]?.test(bytes.toString('latin1', 0, 200)) ?? false;
}

/** Compared with its digest. */
export function readBlob(storeFolder: string, digest: Digest): Buffer | undefined {
  try {
    const file = blobFile(storeFolder, digest);
    if (statSync(file).size > MOST_BYTES) return undefined;
    const bytes = readFileSync(file);
    return digestOf(bytes) === digest ? bytes : undefined;
  } catch {
    return undefined; // a sweep has deleted it, or it was never here
  }
}
