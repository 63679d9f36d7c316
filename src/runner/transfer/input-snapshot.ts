/**
 * The inputs of an instance, which may be edited at any time: files of the workspace, and blobs that stages get as
 * links.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { isPermission } from '../../util/remove-tree.ts';
import type { FingerprintRecord, InputIdentity, InstanceId } from '../../formats/identity.ts';
import type { InputVersions } from '../executions.ts';
import type { Instance, Produced } from '../pipeline.ts';
import type { Content } from '../store/content.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { globSelection } from '../store/glob.ts';
import { parseTree, treeDifferences, type Tree } from '../store/tree.ts';
import type { ProducedResults } from '../plan/identify.ts';
import { producedInputsOf } from '../plan/produced-inputs.ts';
import { contentOfInput, forgetInputs, workspaceInputsOf, type WorkspaceInput } from '../plan/workspace-inputs.ts';
import { field } from '../../util/known.ts';

interface InputSnapshotDeps {
  readonly root: string;
  readonly contents: DigestCache;
  readonly store: Store;
  readonly result: (id: InstanceId) => ProducedResults;
}

export interface ChangedInputs {
  /** Paths and patterns of the inputs. */
  readonly paths: readonly string[];
  /** A few files that were added to them. */
  readonly added: readonly string[];
}

/** As they were when they were last looked at. */
export async function inputVersions(
  instance: Instance,
  { root, contents, store, result }: InputSnapshotDeps,
): Promise<InputVersions> {
  const versions = new Map<string, string>();
  for (const { input } of workspaceInputsOf(instance))
    versions.set(nameOf(input), versionOf(await contentOfInput(input, root, contents)));
  for (const produced of producedInputsOf(instance)) {
    const output = field(result(produced.producer).outputs, produced.output);
    // Folders and executables are copied, and nobody else sees the copy.
    if (output.kind === 'file') versions.set(blobName(produced), blobVersion(store.pathOf(output.digest)));
  }
  return versions;
}

/**
 * The inputs that differ from an identity, or that were written to since `before`. If a file was edited and restored,
 * the stage may have read either content. Looks at the files again.
 */
export async function changedInputs(
  instance: Instance,
  identity: FingerprintRecord,
  before: InputVersions,
  deps: InputSnapshotDeps,
): Promise<ChangedInputs> {
  const { root, contents } = deps;
  forgetInputs(instance, root, contents);
  const changed: string[] = [];
  const added: string[] = [];
  for (const { name, input } of workspaceInputsOf(instance)) {
    const now = await readable(contentOfInput(input, root, contents));
    const then = identity.inputs[name];
    if (then === undefined) throw new Error(`Internal error: ${instance.id} ran without its input ${name}.`);
    const isUnchanged = now !== 'unreadable' && isSame(then, now) && versionOf(now) === before.get(nameOf(input));
    if (isUnchanged) continue;
    changed.push(nameOf(input));
    added.push(...addedFiles(input, then, now, contents));
  }
  return { paths: [...changed, ...(await changedBlobs(instance, before, deps))], added };
}

/** A few files that were added to a folder, if nothing else in it changed: those may belong to the key `ignore`. */
function addedFiles(
  input: WorkspaceInput,
  then: InputIdentity,
  now: Content | 'unreadable' | undefined,
  contents: DigestCache,
): string[] {
  if (then.kind !== 'folder' || now === undefined || now === 'unreadable' || now.kind !== 'folder') return [];
  const old = contents.entries(then.digest);
  const changes = old === undefined ? [] : treeDifferences(old, parseTree(now.tree().text));
  if (changes.length === 0 || changes.length > MOST_NAMES || changes.some(({ before }) => before !== undefined))
    return [];
  const folder = input.kind === 'path' ? input.path : globSelection(input.pattern).base;
  return changes.map(({ name }) => path.posix.join(folder, name));
}

const MOST_NAMES = 3;

/** The files of each input folder. They are kept with a result, so that a later `why` can name the changed file. */
export async function inputTrees(instance: Instance, root: string, contents: DigestCache): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const { input } of workspaceInputsOf(instance)) {
    const content = await contentOfInput(input, root, contents);
    if (content?.kind === 'folder') trees.push(content.tree());
  }
  return trees;
}

/**
 * Blobs are read-only, but root and a stage that changes permissions can write to them. A damaged one is in quarantine
 * then.
 */
async function changedBlobs(
  instance: Instance,
  before: InputVersions,
  { store, result }: InputSnapshotDeps,
): Promise<string[]> {
  const changed: string[] = [];
  for (const produced of producedInputsOf(instance)) {
    const then = before.get(blobName(produced));
    const { digest } = field(result(produced.producer).outputs, produced.output);
    if (then !== undefined && blobVersion(store.pathOf(digest)) !== then && (await store.verify(digest)) !== 'intact')
      changed.push(blobName(produced));
  }
  return changed;
}

const versionOf = (content: Content | undefined): string => content?.version() ?? 'none';

function isSame(then: InputIdentity, now: Content | undefined): boolean {
  if (then.kind === 'none' || now === undefined) return then.kind === 'none' && now === undefined;
  return then.kind === now.kind && then.digest === now.digest;
}

/** An input that became unreadable has changed. */
async function readable(content: Promise<Content | undefined>): Promise<Content | 'unreadable' | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof UnreadableInputError || isPermission(error)) return 'unreadable';
    throw error;
  }
}

const nameOf = (input: WorkspaceInput): string => (input.kind === 'path' ? input.path : input.pattern);

const blobName = ({ producer, output }: Produced): string => `output ${output} of ${producer}`;

function blobVersion(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.mtimeNs} ${stat.ino}` : 'none';
}
