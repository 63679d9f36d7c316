/** The files of a result that go to MLflow as artifacts. */
import type { RunRecord } from '../../formats/run-record.ts';
import type { Digest } from '../../util/digest.ts';
import { isChosen, type OutputChoice } from '../results/chosen-outputs.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';

export interface Artifact {
  /** In the artifacts of the run: `<output>/<file>`. */
  readonly name: string;
  readonly digest: Digest;
  readonly bytes: number;
}

/** Throws DamagedBlobError if the list of a folder is lost. */
export function artifactsOf({ outputs, instance }: RunRecord, choice: OutputChoice, store: Store): Artifact[] {
  const chosen = Object.entries(outputs).filter(([, output]) => isChosen(output, choice));
  return chosen.flatMap(([output, { kind, file, digest, bytes }]) => {
    const name = `${output}/${file}`;
    if (kind !== 'folder') return [{ name, digest, bytes }];
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
