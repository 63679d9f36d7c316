/** The files of a result that go to MLflow as artifacts. */
import type { RunRecord } from '../../formats/run-record.ts';
import type { Digest } from '../../util/digest.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';

/** `small`: files of at most 10 MB that are no part of a folder, because folders hold images. */
export type ArtifactChoice = 'none' | 'small' | 'all';

const SMALL_BYTES = 10_000_000;

export interface Artifact {
  /** In the artifacts of the run: `<output>/<file>`. */
  readonly name: string;
  readonly digest: Digest;
  readonly bytes: number;
}

/** Throws DamagedBlobError if the list of a folder is lost. */
export function artifactsOf({ outputs, instance }: RunRecord, choice: ArtifactChoice, store: Store): Artifact[] {
  if (choice === 'none') return [];
  return Object.entries(outputs).flatMap(([output, { kind, file, digest, bytes }]) => {
    const name = `${output}/${file}`;
    if (kind !== 'folder') return choice === 'small' && bytes > SMALL_BYTES ? [] : [{ name, digest, bytes }];
    if (choice === 'small') return [];
    const list = store.text(digest);
    if (list === undefined) throw new DamagedBlobError(digest, `Output ${output} of ${instance}`, 'absent');
    return parseTree(list).flatMap((entry) =>
      entry.digest === '' ? [] : [{ name: `${name}/${entry.name}`, digest: entry.digest, bytes: entry.bytes }],
    );
  });
}

/** The folder below the server's root of artifacts; undefined where only MLflow's own clients can write. */
export function proxiedFolder(artifactUri: string): string | undefined {
  const [, place] = /^mlflow-artifacts:(?:\/\/[^/]+)?\/(.*)$/.exec(artifactUri) ?? [];
  return place?.replace(/\/+$/, '');
}
