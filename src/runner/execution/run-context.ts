/** The context that all parts of an execution share. */
import type { RunEvent } from '../event.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { OpenPipeline } from '../open-pipeline.ts';
import type { Verdict } from '../plan.ts';
import type { ExecutionDeps } from './execution-deps.ts';
import type { ExecutionOptions } from './execution-options.ts';

export interface RunContext extends ExecutionDeps, Omit<OpenPipeline, 'warnings' | 'close'> {
  readonly options: ExecutionOptions;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** A decision to execute, producers done. */
export type ReadyToRun = Extract<Verdict, { kind: 'run' }> & { readonly fingerprint: Fingerprint };
