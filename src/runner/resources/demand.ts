/** What an instance occupies while it runs on this machine, from what its stage asks for. */
import type { Instance } from '../pipeline.ts';
import type { Machine } from './machine.ts';
import type { Amounts } from './slots.ts';

/** A stage asks for a GPU and there is none, and the user wants no processor in its place. */
export class NoGpuError extends Error {
  override name = 'NoGpuError';
}

/** A stage asks for more than there is of what cannot be had in a smaller amount. It would wait for ever. */
export class NoRoomError extends Error {
  override name = 'NoRoomError';
  readonly shortages: readonly Shortage[];

  constructor(shortages: readonly Shortage[]) {
    super(shortages.map(({ stages, name }) => `${stages}: too much ${name}`).join('; '));
    this.shortages = shortages;
  }
}

interface Shortage {
  /** Names, as a text lists them. */
  readonly stages: string;
  readonly name: string;
  /** The most that one instance asks for. */
  readonly wanted: number;
  readonly available: number;
}

type Asking = Pick<Instance, 'stage' | 'resources'>;

export function capacityOf({ cpus, memoryBytes, gpus, slots }: Machine, jobs: number): Amounts {
  return { ...slots, jobs, cpu: cpus, memory: memoryBytes, gpu: Math.max(1, gpus.length) };
}

/**
 * Who asks for no processor gets one. Where there is no GPU, its one slot is filled by all processors, so that heavy stages
 * run one at a time. Processors and GPUs are cut to all there are, because a stage is told how many it got and works with
 * fewer; half a card is a whole one, because cards are leased.
 */
export function demandOf({ resources }: Asking, machine: Machine): Amounts {
  const capacity = capacityOf(machine, 1);
  const { cpu = 1, gpu } = resources;
  return {
    ...resources,
    cpu: standsIn({ resources }, machine) ? machine.cpus : Math.min(cpu, machine.cpus),
    ...(gpu !== undefined && { gpu: Math.min(Math.ceil(gpu), capacity.gpu!) }),
    jobs: 1,
  };
}

/** Whether the processor takes the place of the GPU that is asked for. */
export function standsIn({ resources }: Pick<Asking, 'resources'>, { gpus }: Machine): boolean {
  return (resources.gpu ?? 0) > 0 && gpus.length === 0;
}

/** What the whole run should know before it starts: which stages get other than they ask for. */
export function noticesOf(instances: readonly Asking[], machine: Machine): string[] {
  const onProcessor = stagesOf(instances.filter((instance) => standsIn(instance, machine)));
  const cut = (
    [
      ['cpu', 'processors'],
      ['gpu', 'GPUs'],
    ] as const
  ).flatMap(([name, words]) => {
    const available = capacityOf(machine, 1)[name]!;
    const stages = stagesOf(
      instances.filter(
        (instance) => (instance.resources[name] ?? 0) > available && !(name === 'gpu' && standsIn(instance, machine)),
      ),
    );
    return stages === '' ? [] : [`${stages}: more ${words} asked for than there are; all ${available} will be used.`];
  });
  return [
    ...(onProcessor === ''
      ? []
      : [`No GPU was found: the processor stands in for it in ${onProcessor}, one instance at a time.`]),
    ...cut,
  ];
}

/** Throws NoGpuError where fewer GPUs are there than a stage asks for. */
export function requireGpus(instances: readonly Asking[], { gpus }: Machine): void {
  const without = instances.filter(({ resources }) => (resources.gpu ?? 0) > gpus.length);
  if (without.length > 0)
    throw new NoGpuError(
      `${stagesOf(without)}: asks for a GPU, and ${gpus.length === 0 ? 'none was' : `only ${gpus.length} were`} found by nvidia-smi.`,
    );
}

/** Throws NoRoomError where memory, or what the user counts himself, will never suffice. */
export function requireRoom(instances: readonly Asking[], machine: Machine): void {
  const capacity = capacityOf(machine, 1);
  const names = new Set(
    instances.flatMap(({ resources }) => Object.keys(resources)).filter((name) => name !== 'cpu' && name !== 'gpu'),
  );
  const shortages = [...names].flatMap((name): Shortage[] => {
    const available = capacity[name] ?? 1;
    const without = instances.filter(({ resources }) => (resources[name] ?? 0) > available);
    return without.length === 0
      ? []
      : [
          {
            stages: stagesOf(without),
            name,
            wanted: Math.max(...without.map(({ resources }) => resources[name]!)),
            available,
          },
        ];
  });
  if (shortages.length > 0) throw new NoRoomError(shortages);
}

const stagesOf = (instances: readonly Asking[]): string => [...new Set(instances.map(({ stage }) => stage))].join(', ');
