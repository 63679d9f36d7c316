/** Looks at the machine before a run: the resources for a plan, and notices for the user. */
import type { Plan, PlanEntry } from '../plan.ts';
import { noticesOf, requireGpus, requireRoom } from '../resources/demand.ts';
import { surveyGpus } from '../resources/gpu.ts';
import { gpusOf, sharing, thisMachine, type Machine } from '../resources/machine.ts';
import type { ExecutionOptions } from './execution-options.ts';

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
  options: MachineOptions & Pick<ExecutionOptions, 'requireGpu'>,
  deps: MachineDeps = { machine: examineMachine },
): Promise<PreparedMachine> {
  const { machine, toRun } = await machineFor(plan, options, deps);
  if (options.requireGpu) requireGpus(toRun, machine);
  requireRoom(toRun, machine);
  return { machine, notices: noticesOf(toRun, machine) };
}

/** Sentences about GPUs that stages of the plan will not get. */
export async function machineNotices(plan: Plan, options: MachineOptions): Promise<readonly string[]> {
  const { machine, toRun } = await machineFor(plan, options, { machine: examineMachine });
  return noticesOf(toRun, machine);
}

type MachineOptions = Pick<ExecutionOptions, 'slots' | 'findCardEngine'>;
interface MachineDeps {
  machine(gpus: boolean): Promise<Machine>;
}

async function machineFor(
  plan: Plan,
  { slots, findCardEngine }: MachineOptions,
  deps: MachineDeps,
): Promise<{ readonly machine: Machine; readonly toRun: ReturnType<typeof resourceRequest>[] }> {
  const toRun = plan.entries.filter(({ verdict }) => verdict.kind === 'run').map(resourceRequest);
  const wantGpus = toRun.filter(({ resources }) => (resources.gpu ?? 0) > 0);
  const found = sharing(await deps.machine(wantGpus.length > 0), slots);
  const gpus = gpusOf(found);
  const asksEngine = gpus.length > 0 && wantGpus.some(({ usesEngine }) => usesEngine);
  return { machine: asksEngine ? { ...found, cardEngine: await findCardEngine(gpus) } : found, toRun };
}

/** @param gpus true to look for GPUs, which takes a while */
export async function examineMachine(gpus: boolean): Promise<Machine> {
  return thisMachine(gpus ? await surveyGpus(process.env.CUDA_VISIBLE_DEVICES) : { kind: 'none' });
}

export const resourceRequest = ({ instance, usesEngine = false }: PlanEntry) => ({ ...instance, usesEngine });
