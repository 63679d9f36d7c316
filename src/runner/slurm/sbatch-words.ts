/** The options of sbatch. */
import type { Amounts } from '../resources/slots.ts';
import type { AllocationSize } from './allocation/allocation-size.ts';
import { mebibytes, wholeProcessors } from './units.ts';
import type { SlurmSettings } from './settings.ts';

interface Asking {
  readonly amounts: Amounts;
  /** Names of variables. */
  readonly secrets: readonly string[];
}

/** For the job of an instance. Instances with equal words can be members of one array. */
export function sbatchWords({ secrets, amounts }: Asking, settings: SlurmSettings): string[] {
  const { cpu = 1, gpu = 0, memory, ...others } = amounts;
  const cards = Math.ceil(gpu);
  const licenses = Object.entries(others).flatMap(([name, amount]) => {
    const license = settings.licenses[name];
    return license === undefined || amount <= 0 ? [] : [`${license}:${Math.ceil(amount)}`];
  });
  return [
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${wholeProcessors(cpu)}`,
    ...(cards > 0 ? [`--gpus=${cards}`] : []),
    ...(memory === undefined ? [] : [`--mem=${mebibytes(memory)}`]),
    ...(licenses.length > 0 ? [`--licenses=${licenses.join(',')}`] : []),
    ...siteWords(secrets, partitionOf(amounts, settings), settings),
  ];
}

/** For the job of an allocation. */
export function allocationWords(
  { nodes, cpu, memory, gpu }: AllocationSize,
  secrets: readonly string[],
  settings: SlurmSettings,
): string[] {
  return [
    `--nodes=${nodes}`,
    '--ntasks-per-node=1',
    `--cpus-per-task=${cpu}`,
    ...(gpu > 0 ? [`--gpus-per-node=${gpu}`] : []),
    ...(memory === undefined ? [] : [`--mem=${mebibytes(memory)}`]),
    ...siteWords(secrets, partitionOf({ gpu }, settings), settings),
  ];
}

function siteWords(secrets: readonly string[], partition: string | undefined, settings: SlurmSettings): string[] {
  return [
    ...(settings.account === undefined ? [] : [`--account=${settings.account}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(settings.time === undefined ? [] : [`--time=${settings.time}`]),
    `--signal=B:TERM@${settings.graceSeconds}`,
    // Secrets are written to no file. Everything else comes from the order of the attempt.
    `--export=${secrets.length === 0 ? 'NONE' : [...secrets].sort().join(',')}`,
    '--requeue',
    '--open-mode=append',
    ...settings.extra,
  ];
}

/** The words that name a job and its places. */
export function ownWords({
  name,
  comment,
  output,
  folder,
}: {
  readonly name: string;
  readonly comment: object;
  readonly output: string;
  readonly folder: string;
}): string[] {
  return [
    '--parsable',
    `--job-name=${name}`,
    `--comment=${JSON.stringify(comment)}`,
    `--output=${output}`,
    `--chdir=${folder}`,
  ];
}

export const partitionOf = ({ gpu = 0 }: Amounts, { partition }: SlurmSettings): string | undefined =>
  gpu > 0 ? partition.gpu : partition.cpu;
