/** Finds missing parts of a recorded result without reading any blob, by existence and size. */
import type { Reason } from '../../formats/reason.ts';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { BlobState, Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';

export function storeFaults({ outputs }: Pick<RunRecord, 'outputs'>, store: Store): Reason[] {
  const faults: Reason[] = [];
  for (const [name, output] of Object.entries(outputs)) {
    const state = output.kind === 'folder' ? folderState(output, store) : store.look(output.digest, output.bytes);
    if (state === 'damaged') faults.push({ kind: 'damaged', output: name });
    else if (state === 'absent' && !faults.some((fault) => fault.kind === 'not-in-store'))
      faults.push({ kind: 'not-in-store' });
  }
  return faults;
}

function folderState({ digest }: StoredOutput, store: Store): BlobState {
  const list = store.look(digest);
  if (list !== 'intact') return list;
  const text = store.text(digest);
  if (text === undefined) return 'damaged';
  const states = parseTree(text).map((entry) =>
    entry.digest === '' ? 'intact' : store.look(entry.digest, entry.bytes),
  );
  return states.find((state) => state !== 'intact') ?? 'intact';
}
