/** Chooses the outputs that go along when a result is carried into another tool. */
import type { StoredOutput } from '../../formats/run-record.ts';

/** `small`: files of at most 10 MB, and no folders, because folders hold images. */
export type OutputChoice = 'none' | 'small' | 'all';

const SMALL_BYTES = 10_000_000;

export function isChosen({ kind, bytes }: StoredOutput, choice: OutputChoice): boolean {
  return choice === 'all' || (choice === 'small' && kind !== 'folder' && bytes <= SMALL_BYTES);
}
