import type { ProjectOptions } from './project.ts';

/** The options of `pipeline gc`. */
export interface GcOptions extends ProjectOptions {
  readonly delete?: boolean;
  readonly keepRuns?: number;
  readonly prune?: boolean;
  /** True: the default remote. */
  readonly remote?: string | true;
  readonly keepPushes?: number;
  readonly json?: boolean;
}
