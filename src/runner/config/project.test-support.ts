/** Pipelines in a temporary project, for tests. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Result } from '../../util/result.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import { excerpt } from './excerpt.ts';
import { loadPipeline, type Loaded, type Refused } from './load.ts';

type Files = Readonly<Record<string, unknown>>;

/** Calls `work` with the folder of a project with these files. Values other than texts are written as JSON. */
export async function inProject<T>(files: Files, work: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(path.join(tmpdir(), 'pretext-config-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return await work(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Loads `pipeline.json`, or the last of the files if there is none. */
export async function load(files: Files, set: readonly string[] = []): Promise<Result<Loaded, Refused>> {
  const file = 'pipeline.json' in files ? 'pipeline.json' : Object.keys(files).at(-1)!;
  return inProject(files, (root) => loadPipeline(path.join(root, file), { set }));
}

/** A pipeline that must be right. */
export async function pipelineOf(files: Files, set: readonly string[] = []): Promise<Pipeline> {
  const loaded = await load(files, set);
  if (loaded.ok) return loaded.value.pipeline;
  throw new Error(
    loaded.error.diagnostics
      .map(({ location, message }) => `${location?.line}:${location?.column} ${message}`)
      .join('\n'),
  );
}

/** A pipeline of these stages that must be right. */
export async function stagesOf(stages: object, params: object = {}): Promise<Pipeline> {
  return pipelineOf({ 'pipeline.json': { params, stages } });
}

/** `file:line:column code: message` of all errors. */
export async function faultsOf(files: Files, set: readonly string[] = []): Promise<readonly string[]> {
  const loaded = await load(files, set);
  if (loaded.ok) return [];
  return loaded.error.diagnostics.map(
    ({ location, code, message }) =>
      `${location === undefined ? '' : `${path.basename(location.file)}:${location.line}:${location.column} `}${code}: ${message}`,
  );
}

/** `file:line [underlined] code: message` of all errors, as a terminal underlines them. */
export async function shownFaults(files: Files, set: readonly string[] = []): Promise<readonly string[]> {
  const loaded = await load(files, set);
  if (loaded.ok) return [];
  const { diagnostics, sources } = loaded.error;
  return diagnostics.map(({ location, code, message }) => {
    if (location === undefined) return `${code}: ${message}`;
    const { lineText, start, length } = excerpt(sources.get(location.file)!, location);
    return `${path.basename(location.file)}:${location.line} [${lineText.slice(start, start + length)}] ${code}: ${message}`;
  });
}

export const idsOf = ({ instances }: Pick<Pipeline, 'instances'>, stage?: string): readonly string[] =>
  instances.filter((instance) => stage === undefined || instance.stage === stage).map(({ id }) => id);

export function instanceOf({ instances }: Pipeline, id: string): Instance {
  const found = instances.find((instance) => instance.id === id);
  if (found === undefined)
    throw new Error(`There is no ${id}; there are ${instances.map((instance) => instance.id).join(' ')}.`);
  return found;
}
