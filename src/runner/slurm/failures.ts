/** The failures of jobs, by the names that Slurm gives them, each with a remedy. */
import type { Failure } from '../../formats/failure.ts';

export type JobFailure = Extract<Failure, { readonly kind: 'job' }>;

interface JobEnd {
  readonly state: string;
  readonly reason?: string;
  readonly job?: string;
  readonly node?: string;
  /** The last lines that Slurm or the shell wrote, if there are any. */
  readonly output?: string;
  /** The command that asks for the memory of the stage. */
  readonly asked?: string;
}

/** The failure of a job that ended in a state, without a result on disk. */
export function failureOfState({ state, reason = '', job, node, output = '', asked = '' }: JobEnd): JobFailure {
  const place = `${job === undefined ? 'its job' : `job ${job}`}${node === undefined || node === '' ? '' : ` on ${node}`}`;
  const why = reason === '' || reason === 'None' ? '' : `, reason ${reason}`;
  const { finding, remedy } = END_STATES[state] ?? {
    finding: 'ended without a result',
    remedy: 'The log, and `scontrol show job`, may say more.',
  };
  const said = output === '' ? '' : `; its output ends with: ${output}`;
  return {
    kind: 'job',
    state,
    message: `${place} ${finding} (${state}${why})${said}`,
    remedy: remedy.replace('ASKED', asked),
    ...(job !== undefined && { job }),
    ...(node !== undefined && node !== '' && { node }),
  };
}

const END_STATES: Readonly<Record<string, { readonly finding: string; readonly remedy: string }>> = {
  OUT_OF_MEMORY: {
    finding: 'needed more memory than it was given',
    remedy: 'Raise "memory" in the resources of the stageASKED: Slurm enforces it.',
  },
  NODE_FAIL: {
    finding: 'lost its node',
    remedy: 'Run again: it resumes from its checkpoint. `sinfo -R` says why nodes are down.',
  },
  BOOT_FAIL: {
    finding: 'was not started, because its node did not boot',
    remedy: 'Run again. `sinfo -R` says why nodes are down.',
  },
  TIMEOUT: {
    finding: 'reached its time limit',
    remedy: 'Raise slurm.time, or let the stage save checkpoints.',
  },
  DEADLINE: {
    finding: 'reached its deadline',
    remedy: 'Remove --deadline from slurm.extra, or set a later one.',
  },
  PREEMPTED: {
    finding: 'was preempted and not queued again',
    remedy: 'Run again: it resumes from its checkpoint. The partition or QOS forbids requeueing.',
  },
  CANCELLED: {
    finding: 'was cancelled outside of this run',
    remedy: 'Run again if this was not meant: it resumes from its checkpoint.',
  },
  COMPLETED: {
    finding: 'ended, and its result did not appear on this host',
    remedy: 'Let `pipeline doctor` compare the shared folder on this host and on the nodes.',
  },
  FAILED: {
    finding: 'failed before the stage could end',
    remedy: 'Let `pipeline doctor` look at the nodes: Node.js and this package must have the same paths there.',
  },
};

/** A waiting job that will never start. */
export function failureOfReason(reason: string, remedy: string, job: string): JobFailure {
  return {
    kind: 'job',
    state: reason,
    message: `job ${job} would wait forever (${reason}), so it was cancelled`,
    remedy,
    job,
  };
}

/** sbatch refused the job. */
export function failureOfRefusal(message: string): JobFailure {
  const found = REFUSALS.find(({ sign }) => sign.test(message));
  return {
    kind: 'job',
    state: found?.state ?? 'refused',
    message: `Slurm refused the job: ${message}`,
    remedy: found?.remedy ?? 'Correct the settings of slurm; `sbatch --test-only` tries options without a job.',
  };
}

const REFUSALS: readonly { readonly sign: RegExp; readonly state: string; readonly remedy: string }[] = [
  {
    sign: /invalid partition/i,
    state: 'unknown partition',
    remedy: 'Correct slurm.partition; `sinfo -s` lists the partitions.',
  },
  {
    sign: /invalid account|account.*(not|partition)/i,
    state: 'InvalidAccount',
    remedy: 'Correct slurm.account; `sacctmgr show associations user=$USER` lists yours.',
  },
  { sign: /invalid qos/i, state: 'InvalidQOS', remedy: 'Correct --qos in slurm.extra.' },
  {
    sign: /memory (specification|required)/i,
    state: 'memory',
    remedy: 'Lower "memory" in the resources of the stage, or choose another partition; `sinfo -N -l` lists the nodes.',
  },
  {
    sign: /node configuration is not available|invalid feature/i,
    state: 'BadConstraints',
    remedy:
      'No node has so many processors, cards or features. Lower the resources of the stage, or choose another partition.',
  },
  {
    sign: /generic resource|gres/i,
    state: 'gpu',
    remedy: 'The partition has no such cards. Correct slurm.partition.gpu, or --gres in slurm.extra.',
  },
  {
    sign: /time limit/i,
    state: 'PartitionTimeLimit',
    remedy: 'Lower slurm.time, or choose another partition; `sinfo` lists the limits.',
  },
  { sign: /licen[sc]e/i, state: 'licenses', remedy: 'Correct slurm.licenses; `scontrol show licenses` lists them.' },
];

/** Limits of a user or of the whole cluster: there is room again when jobs have ended. */
export const isLimit = (message: string): boolean =>
  /AssocMax\w*Submit|QOSMax\w*Submit|MaxSubmitJob|MaxJobCount|job submit limit|temporarily unable to accept job|too many jobs|rate limit/i.test(
    message,
  );

export function failureOfFruitless(starts: number): JobFailure {
  return {
    kind: 'job',
    state: 'TIMEOUT',
    message: `${starts} jobs in a row reached their time limit without a newer checkpoint`,
    remedy: 'Raise slurm.time or slurm.grace, or let the stage save checkpoints more often.',
  };
}

export function failureOfLosses(times: number): JobFailure {
  return {
    kind: 'job',
    state: 'UNKNOWN',
    message: `Slurm forgot the job ${times} times before it had a result`,
    remedy: 'The log of the controller may say why. Run again when the cluster is well.',
  };
}
