/**
 * Looks at the cluster's side with one small job: does a node see Node.js, this package, the project and the store
 * under the paths of this host, and does its clock agree?
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { namesIfThere } from '../../util/if-there.ts';
import { shellWord } from '../../util/shell-word.ts';
import type { Amounts } from '../resources/slots.ts';
import type { SlurmCommands } from './commands.ts';
import { failureOfRefusal, type JobFailure } from './failures.ts';
import { jobName, newSubmissionId } from './job-name.ts';
import { askQueue, clusterWords, entryKey } from './queue.ts';
import { sbatchWords } from './sbatch-words.ts';
import type { SlurmSettings } from './settings.ts';
import { hasEnded } from './states.ts';

export type Probe =
  | {
      readonly kind: 'answered';
      readonly node: string;
      /** `v22.11.0`; empty if the program does not run there. */
      readonly version: string;
      /** Paths that the node does not see. */
      readonly unseen: readonly string[];
      /** Seconds by which the clock of the node is ahead of that of the store's file system. */
      readonly clockAhead: number;
      /** CUDA_VISIBLE_DEVICES. */
      readonly cards: string;
    }
  /** It did not start in time, and was cancelled. */
  | { readonly kind: 'waiting'; readonly state: string; readonly reason: string }
  /** It ran, and its answer is not to be seen on this host. */
  | { readonly kind: 'unseen'; readonly state: string; readonly node: string }
  | { readonly kind: 'refused'; readonly failure: JobFailure }
  | { readonly kind: 'unreachable'; readonly message: string };

export interface ProbeOptions {
  readonly storeFolder: string;
  readonly settings: SlurmSettings;
  readonly amounts: Amounts;
  /** Paths that a node must see. */
  readonly paths: readonly string[];
  /** Milliseconds for the start of the job. */
  readonly patience: number;
}

const POLL_MS = 1000;
/** An answer becomes visible on this host within so long. */
const APPEAR_MS = 15_000;

export async function probeCluster(options: ProbeOptions, commands: SlurmCommands): Promise<Probe> {
  const { storeFolder, settings, amounts, patience } = options;
  const id = newSubmissionId();
  const folder = path.join(storeFolder, 'slurm', `probe-${id}`);
  mkdirSync(folder, { recursive: true });
  try {
    const words = [
      ...sbatchWords({ secrets: [], amounts }, settings),
      ...['--time=5', '--no-requeue', `--job-name=${jobName(id)}`, '--output=/dev/null', '--chdir=/'],
    ];
    const answer = await commands.call('sbatch', words, scriptOf(folder, options));
    if (answer.kind === 'unreachable') return answer;
    if (answer.kind === 'refused') return { kind: 'refused', failure: failureOfRefusal(answer.message) };
    const probe = await awaitAnswer(folder, jobName(id), clusterWords(settings.extra), patience, commands);
    if (probe.kind === 'waiting')
      await commands.call('scancel', [...clusterWords(settings.extra), `--name=${jobName(id)}`]);
    return probe;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In sh, because Node.js may be missing there. The answer appears whole. */
function scriptOf(folder: string, { paths }: ProbeOptions): string {
  const draft = shellWord(path.join(folder, 'draft'));
  const look = paths.map((file) => `[ -e ${shellWord(file)} ] || echo ${shellWord(`unseen=${file}`)}`);
  return [
    '#!/bin/sh',
    `cd ${shellWord(folder)} || exit 1`,
    '{',
    'echo "node=${SLURMD_NODENAME:-$(hostname)}"',
    `echo "version=$(${shellWord(process.execPath)} --version 2> /dev/null)"`,
    ...look,
    'echo "cards=${CUDA_VISIBLE_DEVICES-}"',
    ': > clock; echo "time=$(date +%s)"',
    `} > ${draft} && mv ${draft} answer`,
    '',
  ].join('\n');
}

async function awaitAnswer(
  folder: string,
  name: string,
  clusters: readonly string[],
  patience: number,
  commands: SlurmCommands,
): Promise<Probe> {
  const until = performance.now() + patience;
  let endedAt: number | undefined;
  for (;;) {
    await sleep(POLL_MS);
    if (namesIfThere(folder).includes('answer')) return parseAnswer(folder);
    const answer = await askQueue(commands, name, clusters);
    if (answer.kind === 'unreachable') return answer;
    const entry = answer.queue.get(entryKey(name, undefined));
    const now = performance.now();
    if (entry !== undefined && !hasEnded(entry.state)) {
      if (now > until) return { kind: 'waiting', state: entry.state, reason: entry.reason };
      continue;
    }
    endedAt ??= now;
    if (now - endedAt > APPEAR_MS) return { kind: 'unseen', state: entry?.state ?? 'UNKNOWN', node: entry?.node ?? '' };
  }
}

function parseAnswer(folder: string): Probe {
  const lines = readFileSync(path.join(folder, 'answer'), 'utf8').split('\n');
  const values = (key: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  const served = statSync(path.join(folder, 'clock')).mtimeMs / 1000;
  return {
    kind: 'answered',
    node: values('node')[0] ?? '',
    version: values('version')[0] ?? '',
    unseen: values('unseen'),
    clockAhead: Math.round(Number(values('time')[0]) - served),
    cards: values('cards')[0] ?? '',
  };
}
