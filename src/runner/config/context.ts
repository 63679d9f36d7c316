import type { Common } from './common.ts';
import type { StageDraft } from './stage-draft.ts';

/** What is at hand once the stages are taken apart. */
export interface Context extends Common {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** What lies in the project now belongs to this pipeline; not so where the pipeline was read from a commit. */
  readonly onDisk: boolean;
  /** By name, in the order of the file. */
  readonly stages: ReadonlyMap<string, StageDraft>;
  /** Stages that the schema refused as a whole; what refers to them is not wrong for that. */
  readonly refused: ReadonlySet<string>;
}
