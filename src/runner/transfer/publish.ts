/** Outputs that are copied to a place in the workspace: are they there, and may they be put there? */
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import { isPermission } from '../../util/remove-tree.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Failure } from '../../formats/failure.ts';
import type { Reason } from '../../formats/reason.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import type { Instance } from '../pipeline.ts';
import type { Content, DigestCache } from '../store/digest-cache.ts';
import { replaceWith, verifyContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { UnreadableInputError } from '../store/listing.ts';
import { readState, writeState } from '../store/state-file.ts';
import type { Store } from '../store/store.ts';
import type { CommittedOutputs } from './committed-outputs.ts';

type Outputs = Readonly<Record<string, StoredOutput>>;

export interface Publisher {
  /** Published files that are missing or differ. */
  faults(instance: Instance, outputs: Outputs): Promise<Reason[]>;
  /**
   * Copies outputs that are not in place yet. `earlier`: the outputs in the lockfile's entry. If a place holds a file
   * that this pipeline has not written, nothing is copied.
   */
  publish(instance: Instance, outputs: Outputs, earlier: Outputs): Promise<Result<void, Failure>>;
  save(): Promise<void>;
}

const FORMAT = 'published 1';
/** The number of versions of a published file that are remembered as ours. */
const VERSIONS = 50;

export function openPublisher(
  root: string,
  stateFolder: string,
  contents: DigestCache,
  store: Store,
  committed: CommittedOutputs,
): Publisher {
  const stateFile = path.join(stateFolder, 'published');
  /** Workspace path -> digests of the files written there. */
  const written = new Map(readState(stateFile, FORMAT) as Iterable<[string, Digest[]]> | undefined);
  let learnt = false;

  /** A committed output is published too, to a place of its own beside the lockfile. */
  const places = (instance: Instance) => [
    ...Object.entries(instance.outputs).flatMap(([name, { publish }]) =>
      publish === undefined ? [] : [{ name, publish, place: path.resolve(root, publish) }],
    ),
    ...[...committed.places(instance)].map(([name, place]) => ({ name, publish: path.relative(root, place), place })),
  ];

  /** `foreign` is an unreadable place, certainly not written by a stage. */
  const contentAt = async (place: string): Promise<Content | 'foreign' | undefined> => {
    try {
      return await contents.of(place);
    } catch (error) {
      if (error instanceof UnreadableInputError || isPermission(error)) return 'foreign';
      throw error;
    }
  };
  const digestAt = async (place: string) => {
    const content = await contentAt(place);
    return typeof content === 'object' ? content.digest : content;
  };
  /** Content that the store holds can be overwritten without loss. */
  const isKept = async (content: Content): Promise<boolean> => {
    try {
      await verifyContent(store, content, '');
      return true;
    } catch (error) {
      if (error instanceof DamagedBlobError) return false;
      throw error;
    }
  };

  return {
    async faults(instance, outputs) {
      const faults: Reason[] = [];
      for (const { name, publish, place } of places(instance)) {
        const content = await contentAt(place);
        if (content === 'foreign' || content === undefined || !isSame(content, outputs[name]!))
          faults.push({ kind: 'published', path: publish, change: content === undefined ? 'missing' : 'edited' });
      }
      return faults;
    },

    async publish(instance, outputs, earlier) {
      const due: { publish: string; place: string; output: StoredOutput; found: Digest | undefined }[] = [];
      for (const { name, publish, place } of places(instance)) {
        contents.forget(place);
        const content = await contentAt(place);
        if (content === 'foreign') return err({ kind: 'publish-conflict', path: publish });
        const output = outputs[name]!;
        const found = content?.digest;
        if (content && isSame(content, output)) continue;
        const known = [earlier[name]?.digest, ...(written.get(publish) ?? [])];
        const ours = content === undefined || known.includes(content.digest) || (await isKept(content));
        if (!ours) return err({ kind: 'publish-conflict', path: publish });
        due.push({ publish, place, output, found });
      }
      for (const { publish, place, output, found } of due) {
        let now: Digest | 'foreign' | undefined = found;
        const replaced = await replaceWith(store, output, place, async () => {
          contents.forget(place);
          now = await digestAt(place);
          return now === found;
        });
        if (!replaced && now !== output.digest) return err({ kind: 'publish-conflict', path: publish });
        contents.forget(place);
        written.set(
          publish,
          [output.digest, ...(written.get(publish) ?? []).filter((digest) => digest !== output.digest)].slice(
            0,
            VERSIONS,
          ),
        );
        learnt = true;
      }
      return ok(undefined);
    },

    async save() {
      if (learnt) await writeState(stateFile, FORMAT, [...written]);
      learnt = false;
    },
  };
}

const isSame = (content: Content, { kind, digest }: StoredOutput): boolean =>
  content.kind === kind && content.digest === digest;
