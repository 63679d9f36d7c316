/** What everybody who takes part in carrying out a run knows. */
import type { RunEvent } from '../event.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { Ledger } from '../ledger.ts';
import type { Verdict } from '../plan.ts';
import type { Machine } from '../resources/machine.ts';
import type { Means, RunOptions } from './options.ts';

export interface Context extends Omit<Means, 'machine'> {
  readonly ledger: Ledger;
  readonly options: RunOptions;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** A decision to execute, producers done. */
export type Due = Extract<Verdict, { kind: 'run' }> & { readonly fingerprint: Fingerprint };
