/** What an instance reads, which somebody may edit at any time: files of the workspace, and blobs that are handed out as links. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { isPermission } from '../../util/remove-tree.ts';
import type { FingerprintRecord, InputIdentity } from '../fingerprint.ts';
import type { Input, Instance, InstanceId, Produced } from '../pipeline.ts';
import type { Content, Contents } from '../store/content.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import type { Tree } from '../store/tree.ts';
import type { Results } from './identify.ts';
import { producedInputs } from './planner.ts';

interface Surroundings {
  readonly root: string;
  readonly contents: Contents;
  readonly store: Store;
  readonly result: (id: InstanceId) => Results;
}

/** The state of all inputs at one moment, by name. */
export type InputStamps = ReadonlyMap<string, string>;

type WorkspaceInput = Extract<Input, { kind: 'path' | 'glob' }>;

/** As they were when they were last looked at. */
export async function inputStamps(
  instance: Instance,
  { root, contents, store, result }: Surroundings,
): Promise<InputStamps> {
  const stamps = new Map<string, string>();
  for (const { input } of workspaceInputs(instance))
    stamps.set(nameOf(input), stampOf(await contentOf(input, root, contents)));
  for (const produced of producedInputs(instance)) {
    const output = result(produced.producer).outputs[produced.output]!;
    // A folder is copied, and nobody else sees the copy.
    if (output.kind === 'file') stamps.set(blobName(produced), blobStamp(store.pathOf(output.digest)));
  }
  return stamps;
}

/**
 * The inputs that are no longer what an identity says, or that were written to since `before`: what a stage has read of a
 * file that was edited and put back is not known. Looks again.
 */
export async function changedInputs(
  instance: Instance,
  identity: FingerprintRecord,
  before: InputStamps,
  surroundings: Surroundings,
): Promise<string[]> {
  const { root, contents } = surroundings;
  forgetInputs(instance, root, contents);
  const changed: string[] = [];
  for (const { name, input } of workspaceInputs(instance)) {
    const now = await readable(contentOf(input, root, contents));
    if (now === 'unreadable' || !isSame(identity.inputs[name]!, now) || stampOf(now) !== before.get(nameOf(input)))
      changed.push(nameOf(input));
  }
  return [...changed, ...(await changedBlobs(instance, before, surroundings))];
}

/** The next look at the workspace inputs is a new one. */
export function forgetInputs(instance: Instance, root: string, contents: Contents): void {
  for (const { input } of workspaceInputs(instance)) {
    if (input.kind === 'path') contents.forget(path.resolve(root, input.path));
    else contents.forgetGlob(input.pattern);
  }
}

/** Which files each input folder holds: kept with a result, so that a later `why` can name the one that changed. */
export async function inputTrees(instance: Instance, root: string, contents: Contents): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const { input } of workspaceInputs(instance)) {
    const content = await contentOf(input, root, contents);
    if (content?.kind === 'folder') trees.push(content.tree());
  }
  return trees;
}

/** Blobs are read-only, but not for root, nor for a stage that changes permissions. A damaged one is in quarantine then. */
async function changedBlobs(
  instance: Instance,
  before: InputStamps,
  { store, result }: Surroundings,
): Promise<string[]> {
  const changed: string[] = [];
  for (const produced of producedInputs(instance)) {
    const then = before.get(blobName(produced));
    const { digest } = result(produced.producer).outputs[produced.output]!;
    if (then !== undefined && blobStamp(store.pathOf(digest)) !== then && (await store.verify(digest)) !== 'intact')
      changed.push(blobName(produced));
  }
  return changed;
}

const stampOf = (content: Content | undefined): string => content?.stamp() ?? 'none';

function isSame(then: InputIdentity, now: Content | undefined): boolean {
  if (then.kind === 'none' || now === undefined) return then.kind === 'none' && now === undefined;
  return then.kind === now.kind && then.digest === now.digest;
}

/** An input that turned into something without content has changed, whatever it is now. */
async function readable(content: Promise<Content | undefined>): Promise<Content | 'unreadable' | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof UnreadableInputError || isPermission(error)) return 'unreadable';
    throw error;
  }
}

function workspaceInputs(instance: Instance): { readonly name: string; readonly input: WorkspaceInput }[] {
  return Object.entries(instance.inputs).flatMap(([name, input]) =>
    input.kind === 'path' || input.kind === 'glob' ? [{ name, input }] : [],
  );
}

function contentOf(input: WorkspaceInput, root: string, contents: Contents): Promise<Content | undefined> {
  return input.kind === 'path' ? contents.of(path.resolve(root, input.path)) : contents.ofGlob(root, input.pattern);
}

const nameOf = (input: WorkspaceInput): string => (input.kind === 'path' ? input.path : input.pattern);

const blobName = ({ producer, output }: Produced): string => `output ${output} of ${producer}`;

function blobStamp(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.mtimeNs} ${stat.ino}` : 'none';
}
