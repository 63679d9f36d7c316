/** The queue: one `squeue` for all jobs of a store. */
import type { SlurmCommands } from './commands.ts';

export interface QueueEntry {
  /** `17`, or `17_3` for a member of an array. */
  readonly id: string;
  readonly name: string;
  /** Undefined for a job that is no array. */
  readonly index: number | undefined;
  readonly state: string;
  readonly reason: string;
  readonly node: string;
}

/** By name and index, see `entryKey`. A member that started anew after a requeue has one entry. */
export type Queue = ReadonlyMap<string, QueueEntry>;

export type QueueAnswer =
  { readonly kind: 'queue'; readonly queue: Queue } | { readonly kind: 'unreachable'; readonly message: string };

export const entryKey = (name: string, index: number | undefined): string => `${name} ${index ?? ''}`;

/**
 * No separator of Slurm's own stands in names, indices and states. Reasons come last, because they may hold anything.
 */
const FORMAT = '%i|%K|%j|%T|%N|%r';

/**
 * Asks for all jobs of this user, ended ones too, and never for numbers: one forgotten number makes squeue fail. The
 * words of `clusters` say which clusters are asked.
 */
export async function askQueue(
  commands: SlurmCommands,
  prefix: string,
  clusters: readonly string[] = [],
): Promise<QueueAnswer> {
  const user = String(process.getuid?.() ?? '');
  const words = ['--noheader', '--array', '--states=all', `--user=${user}`, `--format=${FORMAT}`, ...clusters];
  const answer = await commands.call('squeue', words);
  if (answer.kind !== 'answer') return { kind: 'unreachable', message: answer.message };
  return { kind: 'queue', queue: parseQueue(answer.text, prefix) };
}

export function parseQueue(text: string, prefix: string): Queue {
  const queue = new Map<string, QueueEntry>();
  for (const line of text.split('\n')) {
    const [id = '', member = '', name = '', state = '', node = '', ...reason] = line.trim().split('|');
    if (!name.startsWith(prefix)) continue;
    const index = /^\d+$/.test(member) ? Number(member) : undefined;
    queue.set(entryKey(name, index), { id, name, index, state, node, reason: reason.join('|') });
  }
  return queue;
}

/** The words in `extra` that choose clusters: every later question needs them too. */
export function clusterWords(extra: readonly string[]): string[] {
  return extra.flatMap((word, i) => {
    if (/^(--clusters=|-M.)/.test(word)) return [word];
    const next = extra[i + 1];
    return (word === '-M' || word === '--clusters') && next !== undefined ? [`--clusters=${next}`] : [];
  });
}
