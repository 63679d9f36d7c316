/** Writes a crate: a folder that is there whole or not at all, and replaces nothing. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { temporaryBeside } from '../../util/atomic-file.ts';
import { removeTree } from '../../util/remove-tree.ts';
import { isSystemError } from '../../util/system-error.ts';
import { ArchiveError } from '../archive/archive-error.ts';
import { copyBlob, copyFolder, verifyContent } from '../store/copy.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';
import type { CrateContent } from './contents.ts';
import type { DescribedStudy } from './describe-study.ts';

const CONTEXT = ['https://w3id.org/ro/crate/1.1/context', 'https://w3id.org/ro/terms/workflow-run/context'];

export interface CrateOrder {
  /** Absolute. */
  readonly folder: string;
  readonly study: DescribedStudy;
  /** The pipeline: the name of its file in the crate, and its content. */
  readonly workflow: { readonly name: string; readonly text: string };
  readonly store: Store;
  /** Names in folders are digests. */
  readonly isPrivate: boolean;
  readonly tell: (done: number, of: number) => void;
}

/** Throws ArchiveError if something lies in the folder, DamagedBlobError. */
export async function writeCrate(order: CrateOrder): Promise<void> {
  const { folder, study, workflow, store, tell } = order;
  requireEmpty(folder);
  const draft = temporaryBeside(folder);
  mkdirSync(path.dirname(folder), { recursive: true });
  mkdirSync(draft);
  try {
    for (const [i, content] of study.contents.entries()) {
      tell(i, study.contents.length);
      await verifyContent(store, content, content.what);
      const place = path.join(draft, ...content.place.split('/'));
      mkdirSync(path.dirname(place), { recursive: true });
      await copy(content, place, order);
    }
    writeFileSync(path.join(draft, workflow.name), workflow.text);
    const metadata = { '@context': CONTEXT, '@graph': study.entities };
    writeFileSync(path.join(draft, 'ro-crate-metadata.json'), `${JSON.stringify(metadata, null, 2)}\n`);
    requireEmpty(folder);
    await rename(draft, folder); // takes the place of an empty folder, and of no other
  } catch (error) {
    removeTree(draft);
    throw isSystemError(error) && ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(error.code) ? inTheWay(folder) : error;
  }
}

function requireEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw inTheWay(folder);
  }
  if (names.length > 0) throw inTheWay(folder);
}

const inTheWay = (folder: string): ArchiveError =>
  new ArchiveError(
    `${path.basename(folder)} is there already, and is no empty folder`,
    'A crate never replaces anything: choose another name, or remove it.',
  );

async function copy(content: CrateContent, place: string, { store, isPrivate }: CrateOrder): Promise<void> {
  if (content.kind !== 'folder') {
    await copyBlob(store, content, place);
    return;
  }
  if (!isPrivate) {
    await copyFolder(store, content.digest, place);
    return;
  }
  mkdirSync(place, { recursive: true });
  for (const { digest, kind, name } of parseTree(store.text(content.digest) ?? ''))
    if (digest !== '') await copyBlob(store, { kind, digest }, path.join(place, `${digest}${path.extname(name)}`));
}
