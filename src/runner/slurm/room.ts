/** The room that a cluster has for a plan: as much as wanted, but for single instances that fit on no node. */
import type { Plan, PlanEntry } from '../plan.ts';
import type { Room } from '../execution/attempt-executor.ts';
import type { ExecutionOptions } from '../execution/execution-options.ts';
import { NoRoomError } from '../resources/demand.ts';
import type { Amounts } from '../resources/slots.ts';
import { ClusterError } from './cluster-error.ts';
import type { SlurmCommands } from './commands.ts';
import { clusterWords } from './queue.ts';
import { partitionOf } from './sbatch-words.ts';
import type { SlurmSettings } from './settings.ts';

/** Throws NoRoomError for an instance that no node can hold, before anything is submitted. */
export async function clusterRoom(
  plan: Plan,
  { jobs, slots }: Pick<ExecutionOptions, 'jobs' | 'slots'>,
  settings: SlurmSettings,
  commands: SlurmCommands,
): Promise<Room> {
  const entries = plan.entries.filter(({ verdict }) => verdict.kind === 'run');
  if (entries.length > 0) requireRoom(entries, settings, await nodesOf(settings, commands));
  const licensed = Object.fromEntries(Object.keys(settings.licenses).map((name) => [name, Infinity]));
  return {
    capacity: { ...slots, ...licensed, jobs, cpu: Infinity, memory: Infinity, gpu: Infinity },
    demand: demandOf,
    notices: [],
  };
}

/** Half a card becomes a whole one. */
function demandOf({ instance: { resources } }: Pick<PlanEntry, 'instance'>): Amounts {
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

const MEBIBYTE = 1024 * 1024;

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

function requireRoom(entries: readonly PlanEntry[], settings: SlurmSettings, nodes: readonly Node[]): void {
  const shortages = LIMITED.flatMap((name) => {
    const without = entries.flatMap(({ instance }) => {
      const wanted = demandOf({ instance })[name] ?? 0;
      const available = Math.max(...nodesFor(instance.resources, settings, nodes).map((node) => node[name]));
      return wanted > available && Number.isFinite(available) ? [{ stage: instance.stage, wanted, available }] : [];
    });
    const [first] = without;
    if (first === undefined) return [];
    return {
      stages: [...new Set(without.map(({ stage }) => stage))].join(', '),
      name,
      wanted: Math.max(...without.map(({ wanted }) => wanted)),
      available: first.available,
      place: 'a node of the partition',
    };
  });
  if (shortages.length > 0) throw new NoRoomError(shortages);
}

/** None if the partition is not listed, or is chosen by `extra`: sbatch decides. */
function nodesFor(resources: Amounts, settings: SlurmSettings, nodes: readonly Node[]): readonly Node[] {
  if (settings.extra.some((word) => /^(-p|--partition|--constraint|-C|--gres|--gpus)/.test(word))) return [];
  const named = partitionOf(resources, settings)?.split(',');
  return nodes.filter(({ partition, isDefault }) => (named === undefined ? isDefault : named.includes(partition)));
}
