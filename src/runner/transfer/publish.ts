/** Outputs that are copied to a place in the workspace: are they there, and may they be put there? */
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import type { Instance } from '../pipeline.ts';
import type { PublishedReason } from '../../formats/reason.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { replaceWith } from '../store/copy.ts';
import { readState, writeState } from '../store/state-file.ts';
import type { Store } from '../store/store.ts';
import type { CommittedOutputs } from './committed-outputs.ts';
import {
  contentAt,
  contentNow,
  digestsOf,
  isInPlace,
  isKept,
  isSameContent,
  type TargetContent,
} from './target-content.ts';

type Outputs = Readonly<Record<string, StoredOutput>>;

interface PublisherDeps {
  readonly root: string;
  readonly stateFolder: string;
  /** See withDraft. */
  readonly drafts: string;
  readonly contents: DigestCache;
  readonly store: Store;
  readonly committed: CommittedOutputs;
}

/** A place to which an output is copied. */
interface Target {
  readonly output: string;
  /** As in the pipeline file. */
  readonly publish: string;
  /** Absolute. */
  readonly path: string;
}

const FORMAT = 'published 1';
/** The number of versions of a published file that are remembered as ours. */
const VERSIONS = 50;

export class Publisher {
  readonly #deps: PublisherDeps;
  /** Digests of the versions that were put at a place, by its path in the pipeline file. */
  readonly #written: Map<string, Digest[]>;
  #hasChanged = false;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#written = new Map(readState(stateFile(deps), FORMAT) as Iterable<[string, Digest[]]> | undefined);
  }

  /**
   * Published files that are missing or differ. `earlier`: the outputs that the lockfile names for this instance.
   * Without `wanted`, the outputs are not known yet, and only files in their way are told.
   */
  async faults(instance: Instance, wanted: Outputs | undefined, earlier: Outputs): Promise<PublishedReason[]> {
    const faults: PublishedReason[] = [];
    for (const target of this.#targets(instance)) {
      const found = await contentAt(target.path, this.#deps.contents);
      const output = wanted?.[target.output];
      if (output && isInPlace(found, output)) continue;
      const change = await this.#change(target, found, output, earlier);
      if (wanted !== undefined || isInTheWay(change)) faults.push({ kind: 'published', path: target.publish, change });
    }
    return faults;
  }

  /**
   * Copies the outputs that are not in place yet, and answers the places that were left alone: a file lies there that
   * this pipeline is not known to have written.
   */
  async publish(instance: Instance, outputs: Outputs, earlier: Outputs): Promise<string[]> {
    const conflicts: string[] = [];
    for (const target of this.#targets(instance)) {
      const output = outputs[target.output];
      if (!output) throw new Error(`Internal error: the result of ${instance.id} has no output ${target.output}.`);
      if (!(await this.#put(target, output, earlier))) conflicts.push(target.publish);
    }
    return conflicts;
  }

  async save(): Promise<void> {
    if (this.#hasChanged) await writeState(stateFile(this.#deps), FORMAT, [...this.#written]);
    this.#hasChanged = false;
  }

  /** False: the place was left as it is. */
  async #put(target: Target, output: StoredOutput, earlier: Outputs): Promise<boolean> {
    const { contents, store, drafts } = this.#deps;
    const found = await contentNow(target.path, contents);
    if (isInPlace(found, output)) return true;
    if (isInTheWay(await this.#change(target, found, output, earlier))) return false;
    let now = found;
    const mayReplace = async (): Promise<boolean> => {
      now = await contentNow(target.path, contents);
      return isSameContent(now, found);
    };
    const isReplaced = await replaceWith(store, output, target.path, { drafts, mayReplace });
    contents.forget(target.path);
    if (!isReplaced) return isInPlace(now, output);
    this.#remember(target, output.digest);
    return true;
  }

  async #change(
    { output: name, publish }: Target,
    found: TargetContent,
    output: StoredOutput | undefined,
    earlier: Outputs,
  ): Promise<PublishedReason['change']> {
    switch (found.kind) {
      case 'nothing':
        return 'missing';
      case 'unreadable':
        return 'in-the-way';
      case 'content': {
        const { content } = found;
        if (content.digest === output?.digest) return 'permissions';
        const written = this.#written.get(publish) ?? [];
        const ours = [earlier[name]?.digest, ...written];
        const isOurs = digestsOf(content).some((digest) => ours.includes(digest));
        if (isOurs || (await isKept(content, this.#deps.store))) return 'earlier-result';
        return written.length > 0 || earlier[name] ? 'edited' : 'in-the-way';
      }
    }
  }

  /** A committed output is published too, to a place of its own beside the lockfile. */
  #targets(instance: Instance): Target[] {
    const { root, committed } = this.#deps;
    const published = Object.entries(instance.outputs).flatMap(([output, { publish }]) =>
      publish === undefined ? [] : [{ output, publish, path: path.resolve(root, publish) }],
    );
    const copies = [...committed.paths(instance)].map(([output, file]) => ({
      output,
      publish: path.relative(root, file),
      path: file,
    }));
    return [...published, ...copies];
  }

  #remember({ publish }: Target, digest: Digest): void {
    const others = (this.#written.get(publish) ?? []).filter((other) => other !== digest);
    this.#written.set(publish, [digest, ...others].slice(0, VERSIONS));
    this.#hasChanged = true;
  }
}

/** A file that is never overwritten. */
export function isInTheWay(change: PublishedReason['change']): boolean {
  return change === 'edited' || change === 'in-the-way';
}

const stateFile = ({ stateFolder }: PublisherDeps): string => path.join(stateFolder, 'published');
