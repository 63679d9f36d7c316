/** Moves the outputs of an execution into the store. */
import { randomBytes } from 'node:crypto';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { isPermission, openUp } from '../../util/remove-tree.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Failure } from '../../formats/failure.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import { ENTRY_KINDS, FACTS, isExecutable, listFolder, UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { treeOf, type TreeEntry } from '../store/tree.ts';
import { field } from '../../util/known.ts';

/** Checks that every declared output exists and matches its declaration. */
export function checkOutputs(instance: Instance, sandbox: Sandbox): Result<void, Failure> {
  const missing: string[] = [];
  for (const [name, { kind, file }] of Object.entries(instance.outputs)) {
    const found = examine(field(sandbox.outputs, name), kind, file);
    if (found === 'nothing') missing.push(name);
    else if (found !== 'good') return err({ kind: 'wrong-output', output: name, finding: found.finding });
  }
  return missing.length > 0 ? err({ kind: 'missing-output', outputs: missing }) : ok(undefined);
}

/** Moves outputs that were proved into the store. */
export async function storeOutputs(
  instance: Instance,
  sandbox: Sandbox,
  store: Store,
): Promise<Record<string, StoredOutput>> {
  const own = ownerOf(sandbox.folder);
  const stored: Record<string, StoredOutput> = {};
  for (const [name, { kind, file }] of Object.entries(instance.outputs)) {
    const place = field(sandbox.outputs, name);
    if (kind === 'folder') stored[name] = { kind, file, ...(await takeFolder(place, own, store)) };
    else
      stored[name] = {
        kind: isExecutable(statSync(place, { bigint: true })) ? 'executable' : 'file',
        file,
        ...(await store.take(await own(place))),
      };
  }
  return stored;
}

/** The folder of a folder output was made for the stage: only something in it shows that it was written. */
function examine(
  place: string,
  kind: StoredOutput['kind'],
  file: string,
): 'good' | 'nothing' | { readonly finding: string } {
  const itself = lstatSync(place, { throwIfNoEntry: false });
  if (!itself) return 'nothing';
  const stat = statSync(place, { throwIfNoEntry: false });
  if (!stat) return { finding: 'is a link that leads nowhere' };
  if (kind === 'file' && stat.isDirectory())
    return { finding: `is a folder, and "${file}" declares a file; declare "${file}/", or write the file itself` };
  if (kind === 'folder' && stat.isFile())
    return { finding: `is a file, and "${file}/" declares a folder; declare "${file}", or write into the folder` };
  if (!stat.isFile() && !stat.isDirectory()) return { finding: 'is a device, pipe or socket; write a regular file' };
  try {
    openUp(place);
    return kind === 'file' || listFolder(place).names.length > 0 ? 'good' : 'nothing';
  } catch (error) {
    if (error instanceof UnreadableInputError)
      return { finding: `holds ${path.relative(place, error.path)}: ${error.finding}` };
    if (isPermission(error))
      return { finding: `belongs to another user and cannot be read (${(error as Error).message})` };
    throw error;
  }
}

async function takeFolder(folder: string, own: Own, store: Store) {
  const limit = pLimit(8);
  const { names, facts } = listFolder(folder);
  const kinds = names.map((_, i) => ENTRY_KINDS[Number(facts[FACTS * i + FACTS - 1])]);
  const files = names.filter((_, i) => kinds[i] !== 'folder');
  const taken = await store.takeAll(await Promise.all(files.map((name) => limit(() => own(path.join(folder, name))))));
  const byName = new Map(files.map((name, i) => [name, taken[i]]));
  const entries = names.map((name, i): TreeEntry => ({
    name,
    kind: kinds[i] ?? 'file',
    ...(byName.get(name) ?? { bytes: 0, digest: '' }),
  }));
  const tree = treeOf(entries);
  await store.put(tree.text);
  return { digest: tree.digest, bytes: tree.bytes };
}

/** The path of a file with the same content that belongs to this process alone. */
type Own = (file: string) => Promise<string>;

/**
 * A file of this process alone is moved. A file behind a link, with a second name (such as a hard link to an input) or
 * of another user is copied, because somebody else may edit it.
 */
function ownerOf(folder: string): Own {
  const own = realpathSync(folder);
  const user = process.getuid?.();
  return async (file) => {
    const real = realpathSync(file);
    const { nlink, uid } = statSync(real);
    if (real === path.join(own, path.relative(folder, file)) && nlink === 1 && (user === undefined || uid === user))
      return file;
    const copy = path.join(own, `copied-${randomBytes(6).toString('hex')}`);
    await copyFile(real, copy);
    return copy;
  };
}
