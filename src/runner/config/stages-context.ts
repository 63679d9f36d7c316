import type { LoadContext } from './load-context.ts';
import type { StageDraft } from './stage-draft.ts';

/** The shared context after the stages are taken apart. */
export interface StagesContext extends LoadContext {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** Absolute path of the store. */
  readonly storeFolder: string;
  /** True if the files of the project belong to this pipeline; false for a pipeline from a commit. */
  readonly onDisk: boolean;
  /** By name, in the order of the file. */
  readonly stages: ReadonlyMap<string, StageDraft>;
  /** Stages that the schema refused as a whole. References to them are no faults. */
  readonly refused: ReadonlySet<string>;
}
