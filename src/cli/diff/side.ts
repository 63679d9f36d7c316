/** One side of a comparison: params, and the metrics of every instance that its lockfile names. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import { digestOf } from '../../util/digest.ts';
import type { JsonObject } from '../../util/json.ts';
import { loadPipeline } from '../../runner/config/load.ts';
import { lockFileOf } from '../../runner/config/lock-file.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { committedCopy } from '../../runner/transfer/committed-outputs.ts';
import { parseLockfile } from '../../runner/lockfile/lockfile.ts';
import { Refusal, refuse } from '../refusal.ts';
import type { Revision } from './revision.ts';

export interface ComparedSide {
  readonly name: string;
  readonly params: JsonObject;
  /** Every instance with results, and its outputs with metrics. */
  readonly instances: ReadonlyMap<InstanceId, readonly MetricsFile[]>;
}

export interface MetricsFile {
  readonly output: string;
  readonly file: string;
  readonly digest: Digest;
  /** Undefined: the store has no copy, and there is no committed or published copy. */
  text(): Promise<string | undefined>;
}

interface Source {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  readonly set: readonly string[];
  readonly stored: (digest: Digest) => Promise<string | undefined>;
}

/** Throws a Refusal if the pipeline file or the lockfile of that side cannot be read. */
export async function openSide({ file, set, stored }: Source, revision: Revision): Promise<ComparedSide> {
  const { name } = revision;
  const read = (wanted: string): Promise<string | undefined> => revision.read(wanted);
  if ((await read(file)) === undefined)
    throw refuse('no-pipeline-file', `${name} holds no ${path.basename(file)}`, {
      remedy: 'Name a revision that has the pipeline file, or another file by --pipeline.',
    });
  const loaded = await loadPipeline(file, { set, read });
  if (!loaded.ok)
    throw new Refusal(loaded.error.diagnostics.map((fault) => ({ ...fault, message: `at ${name}: ${fault.message}` })));
  const { pipeline } = loaded.value;
  const lockFile = lockFileOf(file);
  const entries = parseLockfile(lockFile, await read(lockFile));
  if (!entries.ok) throw new Refusal([{ ...entries.error, message: `at ${name}: ${entries.error.message}` }]);

  const instances = new Map<InstanceId, readonly MetricsFile[]>();
  for (const { id, outputs } of pipeline.instances) {
    const entry = entries.value.entries.get(id);
    if (entry === undefined) continue;
    instances.set(
      id,
      Object.entries(outputs).flatMap(([output, { metrics, kind, file: own, publish }]): MetricsFile[] => {
        const made = entry.outputs[output];
        if (!metrics || kind === 'folder' || made === undefined) return [];
        const { digest } = made;
        const copies = [
          committedCopy(lockFile, id, own),
          ...(publish === undefined ? [] : [path.resolve(pipeline.root, publish)]),
        ];
        return [
          { output, file: own, digest, text: async () => (await stored(digest)) ?? firstCopy(copies, digest, read) },
        ];
      }),
    );
  }
  return { name, params: pipeline.params, instances };
}

/** A copy counts only if its digest is the one in the lockfile. */
async function firstCopy(
  places: readonly string[],
  digest: Digest,
  read: Revision['read'],
): Promise<string | undefined> {
  for (const place of places) {
    const text = await read(place);
    if (text !== undefined && digestOf(text) === digest) return text;
  }
  return undefined;
}

export const workingTree: Revision = {
  name: 'working tree',
  async read(file) {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
      throw error;
    }
  },
};
