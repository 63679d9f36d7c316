/** The places of executions: this machine, or jobs of Slurm. */
export const executorNames = ['local', 'slurm'] as const;
export type ExecutorName = (typeof executorNames)[number];
