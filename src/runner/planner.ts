/** Decides for each instance if it is up to date or must be executed, with reasons. Implemented in plan/. */
import type { InstanceId } from '../formats/identity.ts';
import type { Instance } from './pipeline.ts';
import type { Plan, Verdict } from './plan.ts';

export interface Planner {
  /** Decides about every instance, without changing anything. Nothing is hashed, statted or bundled twice. */
  plan(instances: readonly Instance[], options: { readonly force: ReadonlySet<InstanceId> }): Promise<Plan>;

  /** Decides again about one instance whose producers were all executed or restored: the fingerprint is known now. */
  decide(instance: Instance, options: DecideOptions): Promise<Verdict>;

  /** Paths and patterns of the workspace inputs that differed between the last two decisions about the instance. */
  unsteadyInputs(instance: Instance): readonly string[];
}

export interface DecideOptions {
  /** Execute it, even if it is up to date. */
  readonly force: boolean;
  /** After another look at its workspace inputs: hours may have passed since the plan. */
  readonly anew?: boolean;
  /**
   * The newest execution of its fingerprint counts, even if the lockfile names another one: this run wanted it
   * executed, and another runner was faster.
   */
  readonly newest?: boolean;
}
