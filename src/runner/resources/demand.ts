/** The slots that an instance occupies on this machine, from the request of its stage. */
import type { Instance } from '../pipeline.ts';
import { describeAbsence } from './gpu.ts';
import { gpusOf, type Machine } from './machine.ts';
import type { Amounts } from './slots.ts';
import { field } from '../../util/known.ts';

/** A stage asks for a GPU and there is none, and the user wants no processor in its place. */
export class NoGpuError extends Error {
  override name = 'NoGpuError';
  /** A sentence; undefined if the remedy is another machine. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * A stage requests more of a resource than the total, and this resource cannot be granted in part. It would wait
 * forever.
 */
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
  /** A node of a cluster; absent: this machine. */
  readonly place?: string;
}

/** `usesEngine`: its module computes with the tensor engine, which cannot use every GPU. */
type Asking = Pick<Instance, 'stage' | 'resources'> & { readonly usesEngine?: boolean };

export function capacityOf(machine: Machine, jobs: number): Amounts {
  const { cpus, memoryBytes, slots } = machine;
  return { ...slots, jobs, cpu: cpus, memory: memoryBytes, gpu: gpusOf(machine).length };
}

/**
 * A request without processors gets one. A request that gets no GPU gets all processors instead, so that heavy stages
 * run one at a time. Requests beyond the total get all processors or GPUs, because a stage is told the granted number
 * and works with fewer. Half a card becomes a whole one, because cards are leased.
 */
export function demandOf(asking: Asking, machine: Machine): Amounts {
  const { cpu = 1, gpu } = asking.resources;
  const onProcessor = standsIn(asking, machine);
  return {
    ...asking.resources,
    cpu: onProcessor ? machine.cpus : Math.min(cpu, machine.cpus),
    ...(gpu !== undefined && { gpu: onProcessor ? 0 : Math.min(Math.ceil(gpu), gpusOf(machine).length) }),
    jobs: 1,
  };
}

/** True if the processor replaces the requested GPU. */
const standsIn = (asking: Asking, machine: Machine): boolean => shortfallOf(asking, machine) !== undefined;

interface Shortfall {
  /** A clause that begins a sentence. */
  readonly reason: string;
  /** A sentence. */
  readonly remedy?: string;
}

/** Why an instance gets no GPU; undefined: it gets one, or asks for none. */
function shortfallOf({ resources, usesEngine = false }: Asking, machine: Machine): Shortfall | undefined {
  const { survey, cardEngine } = machine;
  if ((resources.gpu ?? 0) <= 0) return undefined;
  if (survey.kind !== 'found') return { reason: describeAbsence(survey) };
  return usesEngine && cardEngine?.kind === 'unusable' ? cardEngine : undefined;
}

/** Notices before a run: stages that get other resources than they request. */
export function noticesOf(instances: readonly Asking[], machine: Machine): string[] {
  return [...onProcessor(instances, machine), ...cutToAll(instances, machine)];
}

function onProcessor(instances: readonly Asking[], machine: Machine): string[] {
  const without = instances.filter((instance) => standsIn(instance, machine));
  const [first] = without;
  const shortfall = first === undefined ? undefined : shortfallOf(first, machine);
  if (shortfall === undefined) return [];
  const { reason, remedy } = shortfall;
  const consequence = `the processor replaces it in ${stagesOf(without)}, one instance at a time.`;
  return [`${reason}: ${consequence}${remedy === undefined ? '' : ` ${remedy}`}`];
}

function cutToAll(instances: readonly Asking[], machine: Machine): string[] {
  const capacity = capacityOf(machine, 1);
  const words = { cpu: 'processors', gpu: 'GPUs' } as const;
  return (['cpu', 'gpu'] as const).flatMap((name) => {
    const available = capacity[name] ?? 0;
    const stages = stagesOf(
      instances.filter(
        (instance) => (instance.resources[name] ?? 0) > available && !(name === 'gpu' && standsIn(instance, machine)),
      ),
    );
    return stages === ''
      ? []
      : [`${stages}: requests more ${words[name]} than available; all ${available} will be used.`];
  });
}

/** Throws NoGpuError if an instance gets fewer GPUs than it asks for. */
export function requireGpus(instances: readonly Asking[], machine: Machine): void {
  const available = gpusOf(machine).length;
  const short = instances.filter((each) => (each.resources.gpu ?? 0) > available || standsIn(each, machine));
  const [first] = short;
  if (first === undefined) return;
  const shortfall = shortfallOf(first, machine);
  const why = shortfall?.reason ?? `nvidia-smi lists ${available}`;
  throw new NoGpuError(`${stagesOf(short)}: asks for a GPU. ${why}.`, shortfall?.remedy);
}

/** Throws NoRoomError if memory, or a resource of the user's own, will never suffice. */
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
            wanted: Math.max(...without.map(({ resources }) => field(resources, name))),
            available,
          },
        ];
  });
  if (shortages.length > 0) throw new NoRoomError(shortages);
}

const stagesOf = (instances: readonly Asking[]): string => [...new Set(instances.map(({ stage }) => stage))].join(', ');
