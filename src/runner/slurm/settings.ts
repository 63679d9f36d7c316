/** The settings of the executor `slurm`, as the runner uses them. */
export interface SlurmSettings {
  readonly account?: string;
  readonly partition: Partitions;
  /** The limit of one job, in a form that sbatch reads; absent: the partition's. */
  readonly time?: string;
  /** Seconds before the time limit at which a job saves its checkpoint, at the least. */
  readonly graceSeconds: number;
  /** More options for sbatch. */
  readonly extra: readonly string[];
  /** Names of Slurm's licenses by the names of resources. */
  readonly licenses: Readonly<Record<string, string>>;
  /** Between two looks at the queue, at the least. */
  readonly intervalMs: number;
  /** Each instance is a job or a member of an array; or all instances run inside of one job. */
  readonly mode: 'jobs' | 'allocation';
  /** Of the mode `allocation`. */
  readonly allocation: AllocationShape;
}

/** The size of each node of an allocation. An amount that is absent is the one of the largest instance. */
export interface AllocationShape {
  readonly nodes: number;
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly gpu?: number;
}

/** For stages with and without a card; absent: the cluster's default. */
export interface Partitions {
  readonly gpu?: string;
  readonly cpu?: string;
}

/** Slurm looks at time limits every 30 s: a signal may come so much earlier or later. */
export const LEAST_GRACE_SECONDS = 60;

/** The time that a job needs for itself between the end of its stage and its time limit. */
export const REQUEUE_SECONDS = 20;

export const DEFAULT_SLURM: SlurmSettings = {
  partition: {},
  graceSeconds: 120,
  extra: [],
  licenses: {},
  intervalMs: 10_000,
  mode: 'jobs',
  allocation: { nodes: 1 },
};
