/** The room that a cluster has for a plan: as much as wanted, but for single instances that fit on no node. */
import type { Instance } from '../pipeline.ts';
import type { Plan } from '../plan.ts';
import type { Room } from '../execution/attempt-executor.ts';
import type { ExecutionOptions } from '../execution/execution-options.ts';
import { NoRoomError } from '../resources/demand.ts';
import type { Amounts } from '../resources/slots.ts';
import { allocationSize } from './allocation/allocation-size.ts';
import { ClusterError } from './cluster-error.ts';
import type { SlurmCommands } from './commands.ts';
import { clusterWords } from './queue.ts';
import { partitionOf } from './sbatch-words.ts';
import { MEBIBYTE } from './units.ts';
import type { SlurmSettings } from './settings.ts';

/** Throws NoRoomError for an instance that no node can hold, before anything is submitted. */
export async function clusterRoom(
  plan: Plan,
  { jobs, slots }: Pick<ExecutionOptions, 'jobs' | 'slots'>,
  settings: SlurmSettings,
  commands: SlurmCommands,
): Promise<Room> {
  const entries = plan.entries.filter(({ verdict }) => verdict.kind === 'run');
  if (entries.length > 0) {
    const nodes = await nodesOf(settings, commands);
    const ofNode: Limit = (resources, name) =>
      Math.max(...nodesFor(resources, settings, nodes).map((node) => node[name]));
    const instances = entries.map(({ instance }) => instance);
    if (settings.mode === 'allocation') requireRoomInAllocation(instances, settings, ofNode);
    else requireRoom(instances, ofNode, PLACE);
  }
  const licensed = Object.fromEntries(Object.keys(settings.licenses).map((name) => [name, Infinity]));
  return {
    capacity: { ...slots, ...licensed, jobs, cpu: Infinity, memory: Infinity, gpu: Infinity },
    demand: demandOf,
    notices: [],
  };
}

/** Half a card becomes a whole one. */
function demandOf({ instance: { resources } }: { readonly instance: Pick<Instance, 'resources'> }): Amounts {
  const { cpu = 1, gpu } = resources;
  return { ...resources, cpu, ...(gpu !== undefined && { gpu: Math.ceil(gpu) }), jobs: 1 };
}

/** A node, as `sinfo` shows it, in one of its partitions. */
interface Node {
  readonly partition: string;
  readonly isDefault: boolean;
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
}

/** Throws ClusterError if there is no Slurm here. None if its controller gives no answer: it may come back. */
async function nodesOf({ extra }: SlurmSettings, commands: SlurmCommands): Promise<readonly Node[]> {
  const answer = await commands.call('sinfo', ['--noheader', '--format=%P|%c|%m|%G', ...clusterWords(extra)]);
  if (answer.kind === 'answer') return parseNodes(answer.text);
  if (answer.kind === 'refused' || answer.message.startsWith('there is no')) throw new ClusterError(answer.message);
  return [];
}

/** Lines such as `short*|4+|2000|gpu:a100:2(S:0),shard:8`. */
export function parseNodes(text: string): Node[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', cpus = '', memory = '', gres = ''] = line.trim().split('|');
    if (name === '' || memory === '') return [];
    const cards = [...gres.matchAll(/(?:^|,)gpu(?::[^:,()]+)?:(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    // "4+" stands for nodes of several sizes, so it is no limit.
    const most = (number: string): number => (number.endsWith('+') ? Infinity : Number(number));
    return {
      partition: name.replace(/\*$/, ''),
      isDefault: name.endsWith('*'),
      cpu: most(cpus),
      memory: most(memory) * MEBIBYTE,
      gpu: cards,
    };
  });
}

const LIMITED = ['cpu', 'memory', 'gpu'] as const;

type Asking = Pick<Instance, 'stage' | 'resources'>;
type Limit = (resources: Amounts, name: (typeof LIMITED)[number]) => number;

function requireRoom(asking: readonly Asking[], limit: Limit, place: string): void {
  const shortages = LIMITED.flatMap((name) => {
    const without = asking.flatMap(({ stage, resources }) => {
      const wanted = demandOf({ instance: { resources } })[name] ?? 0;
      const available = limit(resources, name);
      return wanted > available && Number.isFinite(available) ? [{ stage, wanted, available }] : [];
    });
    const [first] = without;
    if (first === undefined) return [];
    return {
      stages: [...new Set(without.map(({ stage }) => stage))].join(', '),
      name,
      wanted: Math.max(...without.map(({ wanted }) => wanted)),
      available: first.available,
      place,
    };
  });
  if (shortages.length > 0) throw new NoRoomError(shortages);
}

/** What the settings say of an allocation is a limit; the rest is as large as its stages. */
function requireRoomInAllocation(instances: readonly Asking[], { allocation }: SlurmSettings, ofNode: Limit): void {
  requireRoom(instances, (_, name) => allocation[name] ?? Infinity, 'a node of the allocation (slurm.allocation)');
  const { cpu, memory = 0, gpu } = allocationSize(allocation, instances);
  requireRoom([{ stage: 'the allocation', resources: { cpu, memory, gpu } }], ofNode, PLACE);
}

const PLACE = 'a node of the partition';

/** None if the partition is not listed, or is chosen by `extra`: sbatch decides. */
function nodesFor(resources: Amounts, settings: SlurmSettings, nodes: readonly Node[]): readonly Node[] {
  if (settings.extra.some((word) => /^(-p|--partition|--constraint|-C|--gres|--gpus)/.test(word))) return [];
  const named = partitionOf(resources, settings)?.split(',');
  return nodes.filter(({ partition, isDefault }) => (named === undefined ? isDefault : named.includes(partition)));
}
