/** The options of a run. */
import type { InstanceId } from '../../formats/identity.ts';
import type { Plan } from '../plan.ts';
import type { FindCardEngine } from '../resources/card-engine.ts';
import type { Amounts } from '../resources/slots.ts';

export interface ExecutionOptions {
  /** Executions at the same time, at the most. */
  readonly jobs: number;
  /** The total of a resource, if it differs from the machine's. */
  readonly slots: Amounts;
  /** After a failure, continue with instances that do not depend on it. */
  readonly keepGoing: boolean;
  /** Executed even if they are up to date. */
  readonly force: ReadonlySet<InstanceId>;
  /** Not executed: the instances before the beginning of a partial run. */
  readonly upstream: ReadonlySet<InstanceId>;
  /** Instead of bringing anything up to date, execute these once more and compare. */
  readonly audit?: { readonly instances: ReadonlySet<InstanceId>; readonly tolerance: number };
  /** Refuse to replace a GPU by the processor. */
  readonly requireGpu: boolean;
  readonly findCardEngine: FindCardEngine;
  /** Called before anything runs. It may throw to refuse the plan. */
  readonly check?: (plan: Plan) => Promise<void>;
  /** Absolute path of the folder for event files of TensorBoard; undefined: none are written. */
  readonly tensorboard?: string;
  /** From asking a stage to stop until it is killed. */
  readonly graceMs: number;
}
