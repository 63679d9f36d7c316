/** The private folder of one execution: `work/<fingerprint>-<random>/` with inputs, outputs and the code to run. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import { removeTree } from '../../util/remove-tree.ts';
import { BUNDLE_FILE } from '../code/bundle.ts';
import type { BundleCache } from '../code/bundle-cache.ts';
import type { JobInput } from '../../stage/protocol.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { InputVersions, Sandbox } from '../executions.ts';
import type { Input, Instance, Produced } from '../pipeline.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { clockOffset } from '../store/clock.ts';
import { copyBlob, copyFolder, verifyContent } from '../store/copy.ts';
import { globSelection } from '../store/glob.ts';
import { judgeOwner, keepAlive, SILENCE_MS, writeOwner } from '../store/owner.ts';
import type { Store } from '../store/store.ts';
import { contentOfInput } from '../plan/workspace-inputs.ts';
import { openCheckpoint, otherCheckpoints } from './checkpoint.ts';
import type { ProducedResults } from '../plan/identify.ts';
import { newLogFile } from '../store/log-files.ts';
import { field } from '../../util/known.ts';

interface SandboxDeps {
  readonly root: string;
  readonly storeFolder: string;
  readonly store: Store;
  readonly contents: DigestCache;
  readonly code: BundleCache;
  readonly result: (id: InstanceId) => ProducedResults;
  /** The present versions of the instance's inputs. */
  readonly versions: InputVersions;
  /** No checkpoint is continued, and none is left. */
  readonly apart: boolean;
}

/** In each folder of `work/`: the process that uses it. */
const OWNER_FILE = 'owner.json';

/**
 * `bundle`: the code of a module stage. Until `rest` is called, other processes see that the sandbox is in use. Throws
 * DamagedBlobError if an input's blob, or the bundle, is damaged.
 */
export async function makeSandbox(
  instance: Instance,
  fingerprint: Fingerprint,
  bundle: Digest | undefined,
  deps: SandboxDeps,
): Promise<{ readonly sandbox: Omit<Sandbox, 'relies'>; readonly rest: () => void }> {
  const { storeFolder, code } = deps;
  const name = `${fingerprint.slice(0, 12)}-${randomBytes(4).toString('hex')}`;
  const folder = path.join(storeFolder, 'work', name);
  mkdirSync(folder, { recursive: true });
  const rest = occupySandbox(folder);
  try {
    const inputs: Record<string, JobInput> = {};
    for (const [input, value] of Object.entries(instance.inputs)) {
      inputs[input] = await provideInput(value, path.join(folder, 'inputs', input), deps);
    }
    const outputs = makeOutputFolders(instance, path.join(folder, 'outputs'));
    if (bundle !== undefined) await code.writeTo(bundle, folder);
    const checkpoint = deps.apart
      ? path.join(folder, 'checkpoint')
      : path.join(storeFolder, 'checkpoints', fingerprint);
    const found = openCheckpoint(checkpoint, instance.id, deps.versions);
    const leftCheckpoints = deps.apart ? [] : otherCheckpoints(checkpoint, instance.id);
    const started = new Date().toISOString();
    const sandbox = {
      fingerprint,
      folder,
      inputs,
      outputs,
      checkpoint,
      ...found,
      leftCheckpoints,
      versions: deps.versions,
      ...(bundle !== undefined && { module: path.join(folder, BUNDLE_FILE) }),
      log: (attempt: number) => newLogFile(storeFolder, instance.id, started, name, attempt),
    };
    return { sandbox: sandbox, rest };
  } catch (error) {
    rest();
    removeTree(folder);
    throw error;
  }
}

/** Names this process as the owner. The returned function ends its signs of life. */
export function occupySandbox(folder: string): () => void {
  writeOwner(path.join(folder, OWNER_FILE));
  return keepAlive(path.join(folder, OWNER_FILE));
}

/** Each output has a folder of its own, so that two with the same file name do not meet. */
function makeOutputFolders(instance: Instance, parent: string): Record<string, string> {
  const places: Record<string, string> = {};
  for (const [name, { kind, file }] of Object.entries(instance.outputs)) {
    const place = path.join(parent, name, file);
    mkdirSync(kind === 'folder' ? place : path.dirname(place), { recursive: true });
    places[name] = place;
  }
  return places;
}

/**
 * Provides an input for the stage. Workspace files keep their own path, because the stage's messages should name it.
 */
async function provideInput(input: Input, place: string, deps: SandboxDeps): Promise<JobInput> {
  const { root, contents } = deps;
  switch (input.kind) {
    case 'none':
      return null;
    case 'path': {
      const file = path.resolve(root, input.path);
      return (await contentOfInput(input, root, contents)) ? file : null;
    }
    case 'glob':
      return mirrorGlob(input.pattern, place, deps);
    case 'output':
      return linkProduced(input, place, deps);
    case 'gather': {
      const members: { path: string; axes: (typeof input.members)[number]['axes'] }[] = [];
      for (const [i, member] of input.members.entries())
        members.push({ path: await linkProduced(member, path.join(place, String(i)), deps), axes: member.axes });
      return members;
    }
  }
}

/**
 * The producer's output under its real name: a link to the blob for a file, and a copy (a reflink if the file system
 * can) for the rest. Many readers skip links inside a folder, and a blob has no executable bit.
 */
async function linkProduced(
  { producer, output }: Produced,
  place: string,
  { store, result }: SandboxDeps,
): Promise<string> {
  const stored = field(result(producer).outputs, output);
  await verifyContent(store, stored, `output ${output} of ${producer}`);
  const target = path.join(place, stored.file);
  mkdirSync(path.dirname(target), { recursive: true });
  if (stored.kind === 'file') symlinkSync(store.pathOf(stored.digest), target);
  else if (stored.kind === 'executable') await copyBlob(store, stored, target);
  else await copyFolder(store, stored.digest, target);
  return target;
}

/** A folder of links to the files that match, laid out as below the pattern's fixed part. */
async function mirrorGlob(pattern: string, place: string, { root, contents }: SandboxDeps): Promise<string> {
  const content = await contents.ofGlob(root, pattern);
  if (content?.kind !== 'folder')
    throw new Error(`Internal error: ${pattern} matches nothing, but a stage that reads it is to be executed.`);
  const from = path.resolve(root, globSelection(pattern).base);
  mkdirSync(place, { recursive: true });
  for (const { name } of contents.entries(content.digest) ?? []) {
    const target = path.join(place, name);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(from, name), target);
  }
  return place;
}

/** Removes the sandboxes of dead runners. Those that were submitted belong to their job, see slurm/submitter.ts. */
export function removeDeadSandboxes(storeFolder: string): void {
  const work = path.join(storeFolder, 'work');
  let names: string[];
  try {
    names = readdirSync(work);
  } catch {
    return; // nothing was ever executed here
  }
  const now = () => Date.now() + Number(clockOffset(work) ?? 0n) / 1e6;
  for (const name of names) {
    const folder = path.join(work, name);
    if (existsSync(path.join(folder, 'job', 'submission'))) continue;
    const { state } = judgeOwner(path.join(folder, OWNER_FILE), now);
    // `gone`: its runner died before it could write its name, or is only about to.
    if (state === 'dead' || (state === 'gone' && isSilent(folder, now))) removeTree(folder);
  }
}

function isSilent(folder: string, now: () => number): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && now() - stat.mtimeMs >= SILENCE_MS;
}
