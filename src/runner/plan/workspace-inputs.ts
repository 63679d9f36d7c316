/** The inputs of an instance in the workspace: files, folders and globs. */
import path from 'node:path';
import type { Input, Instance } from '../pipeline.ts';
import type { Content } from '../store/content.ts';
import type { DigestCache } from '../store/digest-cache.ts';

export type WorkspaceInput = Extract<Input, { kind: 'path' | 'glob' }>;

export function workspaceInputsOf({
  inputs,
}: Pick<Instance, 'inputs'>): { readonly name: string; readonly input: WorkspaceInput }[] {
  return Object.entries(inputs).flatMap(([name, input]) =>
    input.kind === 'path' || input.kind === 'glob' ? [{ name, input }] : [],
  );
}

/** As it is now; undefined if there is none. Throws UnreadableInputError. */
export function contentOfInput(
  input: WorkspaceInput,
  root: string,
  contents: DigestCache,
): Promise<Content | undefined> {
  if (input.kind === 'glob') return contents.ofGlob(root, input.pattern);
  return contents.ofInput(root, input.path, input.private ? 'private' : 'named');
}

/** The next look at the workspace inputs is a new one. */
export function forgetInputs(instance: Pick<Instance, 'inputs'>, root: string, contents: DigestCache): void {
  for (const { input } of workspaceInputsOf(instance)) {
    if (input.kind === 'path') contents.forget(path.resolve(root, input.path));
    else contents.forgetGlob(input.pattern);
  }
}
