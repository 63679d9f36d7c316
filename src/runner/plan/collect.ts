/** What an execution wrote, taken over into the store. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Digest } from '../../util/digest.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Failure } from '../event.ts';
import type { Workplace } from '../ledger.ts';
import type { Instance } from '../pipeline.ts';
import type { StoredOutput } from '../record.ts';
import { ENTRY_KINDS, FACTS, listFolder, UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { treeOf, type TreeEntry } from '../store/tree.ts';

export async function collectOutputs(instance: Instance, workplace: Workplace, store: Store): Promise<Result<Record<string, StoredOutput>, Failure>> {
  const outputs = Object.entries(instance.outputs);
  try {
    const missing = outputs.filter(([name, { kind }]) => !isWritten(workplace.outputs[name]!, kind)).map(([name]) => name);
    if (missing.length > 0) return err({ kind: 'missing-output', outputs: missing });

    const take = takerOf(workplace.folder, store);
    const stored: Record<string, StoredOutput> = {};
    for (const [name, { kind, file }] of outputs) {
      const place = workplace.outputs[name]!;
      stored[name] = { kind, file, ...(kind === 'file' ? await take(place) : await takeFolder(place, take, store)) };
    }
    return ok(stored);
  } catch (error) {
    if (error instanceof UnreadableInputError) return err({ kind: 'system', message: error.message });
    throw error;
  }
}

/** The folder of a folder output was made for the stage: only something in it shows that it was written. */
function isWritten(place: string, kind: StoredOutput['kind']): boolean {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (!stat) return false;
  return kind === 'file' ? stat.isFile() : stat.isDirectory() && listFolder(place).names.length > 0;
}

async function takeFolder(folder: string, take: Take, store: Store) {
  const limit = pLimit(8);
  const { names, facts } = listFolder(folder);
  const entries = await Promise.all(
    names.map((name, i) =>
      limit(async (): Promise<TreeEntry> => {
        const kind = ENTRY_KINDS[Number(facts[FACTS * i + FACTS - 1]!)]!;
        if (kind === 'folder') return { name, kind, bytes: 0, digest: '' };
        return { name, kind, ...(await take(path.join(folder, name))) };
      }),
    ),
  );
  const tree = treeOf(entries);
  await store.put(tree.text);
  return { digest: tree.digest, bytes: tree.bytes };
}

type Take = (file: string) => Promise<{ digest: Digest; bytes: number }>;

/** What is reached through a link stays where it is: its content is copied, the file itself is not ours to move. */
function takerOf(folder: string, store: Store): Take {
  const own = realpathSync(folder);
  return (file) => {
    const real = realpathSync(file);
    if (real === path.join(own, path.relative(folder, file))) return store.take(file);
    const copy = path.join(own, `linked-${randomBytes(6).toString('hex')}`);
    copyFileSync(real, copy);
    return store.take(copy);
  };
}
