/** The checkpoint of a training: everything for a resume in one file, which is always the old one or the new one. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors, readSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor, Tree } from '../../tensor/host-tensor.ts';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import type { Json } from '../../util/json.ts';
import { field, last } from '../../util/known.ts';

interface Checkpoint {
  /** The state of the training step. */
  readonly tensors: Tree<HostTensor>;
  readonly progress: Json;
}

const FILE = 'checkpoint.safetensors';

/** Null before the first checkpoint. Throws SafetensorsError when the file is damaged. */
export async function readCheckpoint(folder: string): Promise<Checkpoint | null> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  const { tensors, metadata } = await readSafetensors(path);
  return { tensors: nested(tensors), progress: JSON.parse(field(metadata, 'progress')) as Json };
}

/** Takes the place of the old one at once, so that a kill at any time leaves a whole one. */
export async function writeCheckpoint(folder: string, { tensors, progress }: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, FILE), encodeSafetensors(flat(tensors), { progress: JSON.stringify(progress) }));
}

/** Names of tensors hold dots, so the levels of the tree are parted by slashes. */
const SEPARATOR = '/';

function flat(tree: Tree<HostTensor>, path: readonly string[] = []): Record<string, HostTensor> {
  if (isLeaf(tree)) return { [path.join(SEPARATOR)]: tree };
  return Object.assign({}, ...Object.entries(tree).map(([key, branch]) => flat(branch, [...path, key]))) as Record<
    string,
    HostTensor
  >;
}

function nested(tensors: Readonly<Record<string, HostTensor>>): Tree<HostTensor> {
  const root: Record<string, Tree<HostTensor>> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const path = name.split(SEPARATOR);
    let level = root;
    for (const key of path.slice(0, -1)) level = (level[key] ??= {}) as Record<string, Tree<HostTensor>>;
    level[last(path)] = tensor;
  }
  return root;
}

const isLeaf = (tree: Tree<HostTensor>): tree is HostTensor => ArrayBuffer.isView((tree as HostTensor).data);
