/** All states of jobs, and all reasons for waiting that will never end. */

/** The job is over. The list of `man squeue`, JOB STATE CODES; any other state is still there. */
const ENDED = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
]);

const WAITING = new Set(['PENDING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT', 'RESV_DEL_HOLD']);

/** Known states of a job that has begun and is not over. */
const RUNNING = new Set([
  'RUNNING',
  'CONFIGURING',
  'COMPLETING',
  'RESIZING',
  'SIGNALING',
  'STAGE_OUT',
  'STOPPED',
  'SUSPENDED',
]);

export const hasEnded = (state: string): boolean => ENDED.has(state);
export const isWaiting = (state: string): boolean => WAITING.has(state);
export const isKnownState = (state: string): boolean => ENDED.has(state) || WAITING.has(state) || RUNNING.has(state);

/** Slurm accepts such a job and lets it wait for ever. The value is the remedy. */
const HOPELESS: Readonly<Record<string, string>> = {
  PartitionTimeLimit:
    'The job asks for more time than its partition allows. Lower slurm.time, or choose another partition; `sinfo` lists the limits.',
  PartitionConfig:
    'No node of the partition is as large as the stage asks for. Lower its resources, or choose another partition; `sinfo -N -l` lists the nodes.',
  PartitionNodeLimit: 'The job asks for more nodes than its partition allows. Choose another partition.',
  BadConstraints: 'No node has the asked features. Correct --constraint in slurm.extra, or the resources of the stage.',
  DependencyNeverSatisfied: 'A job that this one waits for has failed. Remove --dependency from slurm.extra.',
  InvalidAccount: 'Slurm does not know the account. Correct slurm.account.',
  InvalidQOS: 'Slurm does not know the QOS. Correct --qos in slurm.extra.',
  AccountNotAllowed: 'The partition refuses the account. Correct slurm.account, or choose another partition.',
  QOSNotAllowed: 'The partition refuses the QOS. Correct --qos in slurm.extra, or choose another partition.',
};

/** The remedy for a reason that will never end; undefined for any other reason. */
export const remedyOfReason = (reason: string): string | undefined => HOPELESS[reason];

/** A job that waits until somebody releases it. */
export const isHeld = (reason: string): boolean => /^JobHeld|requeued held|^launch failed/i.test(reason);
