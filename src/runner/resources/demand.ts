/** What an instance occupies while it runs on this machine, from what its stage asks for. */
import { unreachable } from '../../util/unreachable.ts';
import type { Instance } from '../pipeline.ts';
import type { Machine } from './machine.ts';
import type { Amounts } from './slots.ts';

/** A stage asks for a GPU and there is none, and the user wants no processor in its place. */
export class NoGpuError extends Error {
  override name = 'NoGpuError';
}

type Asking = Pick<Instance, 'stage' | 'resources'>;

export function capacityOf({ cpus, memoryBytes, gpus }: Machine, jobs: number): Amounts {
  return { jobs, cpu: cpus, memory: memoryBytes, gpu: Math.max(1, gpus.length) };
}

/**
 * Who asks for no processor gets one. Where there is no GPU, its one slot is filled by all processors, so that heavy stages
 * run one at a time. A wish beyond the machine is cut to all there is, so that everything can run, alone.
 */
export function demandOf({ resources }: Asking, machine: Machine): Amounts {
  const capacity = capacityOf(machine, 1);
  const wished = { ...resources, cpu: standsIn({ resources }, machine) ? machine.cpus : (resources.cpu ?? 1), jobs: 1 };
  return Object.fromEntries(Object.entries(wished).map(([name, amount]) => [name, Math.min(amount, capacity[name] ?? 1)]));
}

/** Whether the processor takes the place of the GPU that is asked for. */
export function standsIn({ resources }: Pick<Asking, 'resources'>, { gpus }: Machine): boolean {
  return (resources.gpu ?? 0) > 0 && gpus.length === 0;
}

/** What the whole run should know before it starts: which stages get other than they ask for. */
export function noticesOf(instances: readonly Asking[], machine: Machine): string[] {
  const onProcessor = stagesOf(instances.filter((instance) => standsIn(instance, machine)));
  const cut = (['cpu', 'memory', 'gpu'] as const).flatMap((name) => {
    const available = capacityOf(machine, 1)[name]!;
    const stages = stagesOf(instances.filter((instance) => (instance.resources[name] ?? 0) > available && !(name === 'gpu' && standsIn(instance, machine))));
    return stages === '' ? [] : [`${stages}: more ${inWords(name)} asked for than there ${name === 'memory' ? 'is' : 'are'}; all ${available} will be used.`];
  });
  return [...(onProcessor === '' ? [] : [`No GPU was found: the processor stands in for it in ${onProcessor}, one instance at a time.`]), ...cut];
}

/** Throws NoGpuError where fewer GPUs are there than a stage asks for. */
export function requireGpus(instances: readonly Asking[], { gpus }: Machine): void {
  const without = instances.filter(({ resources }) => (resources.gpu ?? 0) > gpus.length);
  if (without.length > 0) throw new NoGpuError(`${stagesOf(without)}: asks for a GPU, and ${gpus.length === 0 ? 'none was' : `only ${gpus.length} were`} found by nvidia-smi.`);
}

const stagesOf = (instances: readonly Asking[]): string => [...new Set(instances.map(({ stage }) => stage))].join(', ');

function inWords(name: 'cpu' | 'memory' | 'gpu'): string {
  switch (name) {
    case 'cpu':
      return 'processors';
    case 'memory':
      return 'bytes of memory';
    case 'gpu':
      return 'GPUs';
    default:
      return unreachable(name);
  }
}
