/** Looks at the machine before a run: the resources for a plan, and notices for the user. */
import type { Plan, PlanEntry } from '../plan.ts';
import { noticesOf, requireGpus, requireRoom } from '../resources/demand.ts';
import { surveyGpus } from '../resources/gpu.ts';
import { gpusOf, sharing, thisMachine, type Machine } from '../resources/machine.ts';
import type { ExecutionDeps, ExecutionOptions } from './execution-options.ts';

interface PreparedMachine {
  readonly machine: Machine;
  /** Sentences. */
  readonly notices: readonly string[];
}

/**
 * Throws NoGpuError if `requireGpu` cannot be met, and NoRoomError if an instance would wait forever. Engines are asked
 * only if a stage with an engine requests a GPU and the machine has one.
 */
export async function prepareMachine(
  plan: Plan,
  { slots, requireGpu, findCardEngine }: Pick<ExecutionOptions, 'slots' | 'requireGpu' | 'findCardEngine'>,
  deps: Pick<ExecutionDeps, 'machine'> = { machine: examineMachine },
): Promise<PreparedMachine> {
  const toRun = plan.entries.filter(({ verdict }) => verdict.kind === 'run').map(resourceRequest);
  const wantGpus = toRun.filter(({ resources }) => (resources.gpu ?? 0) > 0);
  const found = sharing(await deps.machine(wantGpus.length > 0), slots);
  const gpus = gpusOf(found);
  const asksEngine = gpus.length > 0 && wantGpus.some(({ usesEngine }) => usesEngine);
  const machine = asksEngine ? { ...found, cardEngine: await findCardEngine(gpus) } : found;
  if (requireGpu) requireGpus(toRun, machine);
  requireRoom(toRun, machine);
  return { machine, notices: noticesOf(toRun, machine) };
}

/** @param gpus true to look for GPUs, which takes a while */
export async function examineMachine(gpus: boolean): Promise<Machine> {
  return thisMachine(gpus ? await surveyGpus(process.env.CUDA_VISIBLE_DEVICES) : { kind: 'none' });
}

export const resourceRequest = ({ instance, usesEngine = false }: PlanEntry) => ({ ...instance, usesEngine });
