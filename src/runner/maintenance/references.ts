/** The blobs that belong to a result: its outputs, its code, and the series of its metrics. */
import type { Digest } from '../../util/digest.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { recordKeyOf, type RecordKey } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';

/** Kept to explain and to look at: no result is computed from them, and their absence is no damage. */
export const isDispensable = ({ part }: BlobReference): boolean => part.kind === 'listing' || part.kind === 'series';

export interface BlobReference {
  readonly digest: Digest;
  readonly key: RecordKey;
  readonly instance: InstanceId;
  readonly part:
    | { readonly kind: 'output'; readonly output: string; readonly file: string }
    /** The bundle of a module stage. */
    | { readonly kind: 'code' }
    /** Every value of its metrics. */
    | { readonly kind: 'series' }
    /** The names of a workspace folder that was an input. Only `why` reads it, to name the file that changed. */
    | { readonly kind: 'listing'; readonly input: string };
}

/** The files in a folder are known only from a readable list; otherwise the list itself is damaged. */
export function blobReferencesOf(record: RunRecord, store: Store): BlobReference[] {
  const { instance, identity, outputs, execution } = record;
  const key = recordKeyOf(record);
  const refer = (digest: Digest, part: BlobReference['part']): BlobReference => ({
    digest,
    key,
    instance,
    part,
  });
  const references = Object.entries(outputs).flatMap(([output, { kind, file, digest }]) => {
    const own = refer(digest, { kind: 'output', output, file });
    const list = kind === 'folder' ? store.text(digest) : undefined;
    if (list === undefined) return [own];
    const files = parseTree(list).flatMap((entry) =>
      entry.digest === '' ? [] : [refer(entry.digest, { kind: 'output', output, file: `${file}/${entry.name}` })],
    );
    return [own, ...files];
  });
  if (identity.code.kind === 'module') references.push(refer(identity.code.bundle, { kind: 'code' }));
  if (execution.series !== undefined) references.push(refer(execution.series.digest, { kind: 'series' }));
  for (const [input, value] of Object.entries(identity.inputs)) {
    const fromWorkspace = (record.origins[input] ?? []).some(({ kind }) => kind === 'path');
    if (value.kind === 'folder' && fromWorkspace) references.push(refer(value.digest, { kind: 'listing', input }));
  }
  return references;
}
