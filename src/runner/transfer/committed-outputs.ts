/**
 * Outputs that are kept in git beside the lockfile (`commit: true`): `pipeline.lock/<instance>/<file>`, and the record
 * of the instance as `pipeline.lock/<instance>.json`. If the store lacks one, the copy is used after its digest was
 * compared.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import type { Digest } from '../../util/digest.ts';
import { textIfThere } from '../../util/if-there.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { LockEntry, Lockfile } from '../lockfile/lockfile.ts';
import type { Content } from '../store/content.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import { formatRecord, parseRecord, recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';
import { contentAt, isInPlace, withoutLitter } from './target-content.ts';

interface CommittedOutputsDeps {
  readonly pipeline: Pipeline;
  /** Absolute, as all paths. */
  readonly lockFile: string;
  readonly storeFolder: string;
  readonly drafts: string;
  readonly lock: Lockfile;
  readonly contents: DigestCache;
}

/** What the copies hold of the results that the lockfile names. */
export interface Copies {
  /** Absolute paths by digest. */
  readonly files: ReadonlyMap<Digest, string>;
  /** Lists of folders by digest. */
  readonly lists: ReadonlyMap<Digest, string>;
  readonly records: readonly RunRecord[];
}

export class CommittedOutputs {
  readonly #deps: CommittedOutputsDeps;

  constructor(deps: CommittedOutputsDeps) {
    this.#deps = deps;
  }

  /** Absolute paths of the copies of an instance's outputs, by output. */
  paths({ id, outputs }: Instance): ReadonlyMap<string, string> {
    return new Map(
      Object.entries(outputs).flatMap(([name, { commit, file }]) =>
        commit ? [[name, committedCopy(this.#deps.lockFile, id, file)] as const] : [],
      ),
    );
  }

  /** Puts the record beside the copies; does nothing for an instance without committed outputs. */
  async writeRecord(instance: Instance, record: RunRecord): Promise<void> {
    const { drafts } = this.#deps;
    if (this.paths(instance).size > 0)
      await writeFileAtomic(this.#recordFile(instance), formatRecord(record), { drafts });
  }

  /** Finds the copies and compares their digests with those that the lockfile names. */
  async find(): Promise<Copies> {
    const { pipeline, lock } = this.#deps;
    const [files, lists] = [new Map<Digest, string>(), new Map<Digest, string>()];
    const records: RunRecord[] = [];
    for (const instance of pipeline.instances) {
      const locked = lock.get(instance.id);
      const paths = this.paths(instance);
      if (!locked || paths.size === 0) continue;
      for (const intact of await this.#intactCopies(locked, paths)) addCopy(intact, files, lists);
      const record = parseRecord(textIfThere(this.#recordFile(instance)), recordKeyOf(locked));
      if (record) records.push(record);
    }
    return { files, lists, records };
  }

  /** Adds to the store what it lacks and the copies hold. */
  async importMissing(store: Store): Promise<void> {
    const { files, lists, records } = await this.find();
    for (const [digest, copy] of files) if (store.look(digest) !== 'intact') await this.#import(copy, store);
    for (const [digest, list] of lists) if (store.look(digest) !== 'intact') await store.put(list);
    for (const record of records) if (!(await store.record(recordKeyOf(record)))) await store.putRecord(record);
  }

  async #intactCopies({ outputs }: LockEntry, paths: ReadonlyMap<string, string>): Promise<IntactCopy[]> {
    const intact: IntactCopy[] = [];
    for (const [name, copy] of paths) {
      const found = await contentAt(copy, this.#deps.contents);
      const output = outputs[name];
      if (found.kind === 'content' && output !== undefined && isInPlace(found, output))
        intact.push({ copy, content: found.content, digest: output.digest });
    }
    return intact;
  }

  /** The copy itself stays in place. */
  async #import(copy: string, store: Store): Promise<void> {
    const aside = path.join(this.#deps.drafts, `copy-${randomBytes(6).toString('hex')}`); // a leftover is swept there
    mkdirSync(path.dirname(aside), { recursive: true });
    copyFileSync(copy, aside);
    await store.take(aside);
  }

  #recordFile({ id }: Instance): string {
    return path.join(committedFolder(this.#deps.lockFile), `${instanceFolderName(id)}.json`);
  }
}

interface IntactCopy {
  /** Absolute. */
  readonly copy: string;
  readonly content: Content;
  /** The digest of the output. A folder may hold more than the output: see isLitter. */
  readonly digest: Digest;
}

function addCopy({ copy, content, digest }: IntactCopy, files: Map<Digest, string>, lists: Map<Digest, string>): void {
  if (content.kind !== 'folder') {
    files.set(content.digest, copy);
    return;
  }
  const tree = content.tree();
  const { text } = tree.digest === digest ? tree : withoutLitter(tree);
  lists.set(digest, text);
  for (const entry of parseTree(text)) if (entry.digest !== '') files.set(entry.digest, path.join(copy, entry.name));
}

/** The path of the copy of an output. Absolute if the lockfile is. */
export function committedCopy(lockFile: string, id: InstanceId, file: string): string {
  return path.join(committedFolder(lockFile), instanceFolderName(id), file);
}

/** `pipeline.lock.json` -> `pipeline.lock`. */
export const committedFolder = (lockFile: string): string => lockFile.replace(/\.json$/, '');
