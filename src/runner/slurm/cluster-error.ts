/** There is no Slurm on this machine, it is not set up, or it does not do what it was asked for. */
export class ClusterError extends Error {
  override name = 'ClusterError';
}
