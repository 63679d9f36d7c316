import type { Common } from './common.ts';
import type { StageDraft } from './stage-draft.ts';

/** What is at hand once the stages are taken apart. */
export interface Context extends Common {
  /** By name, in the order of the file. */
  readonly stages: ReadonlyMap<string, StageDraft>;
  /** Stages that the schema refused as a whole; what refers to them is not wrong for that. */
  readonly refused: ReadonlySet<string>;
}
