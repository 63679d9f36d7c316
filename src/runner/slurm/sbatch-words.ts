/** The options of sbatch for an instance. */
import type { Instance } from '../pipeline.ts';
import type { Amounts } from '../resources/slots.ts';
import type { SlurmSettings } from './settings.ts';

const MEBIBYTE = 1024 * 1024;

type Asking = Pick<Instance, 'secrets'> & { readonly amounts: Amounts };

/** Instances with equal words can be members of one array. */
export function sbatchWords({ secrets, amounts }: Asking, settings: SlurmSettings): string[] {
  const { cpu = 1, gpu = 0, memory, ...others } = amounts;
  const cards = Math.ceil(gpu);
  const partition = partitionOf(amounts, settings);
  const licenses = Object.entries(others).flatMap(([name, amount]) => {
    const license = settings.licenses[name];
    return license === undefined || amount <= 0 ? [] : [`${license}:${Math.ceil(amount)}`];
  });
  return [
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${Math.max(1, Math.ceil(cpu))}`,
    ...(cards > 0 ? [`--gpus=${cards}`] : []),
    ...(memory === undefined ? [] : [`--mem=${Math.max(1, Math.ceil(memory / MEBIBYTE))}M`]),
    ...(licenses.length > 0 ? [`--licenses=${licenses.join(',')}`] : []),
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

export const partitionOf = ({ gpu = 0 }: Amounts, { partition }: SlurmSettings): string | undefined =>
  gpu > 0 ? partition.gpu : partition.cpu;
