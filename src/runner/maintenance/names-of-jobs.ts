/** The names that jobs of a cluster rely on, whether or not a runner follows them. */
import path from 'node:path';
import { digestsIn } from '../../util/digests-in.ts';
import { namesIfThere, textIfThere } from '../../util/if-there.ts';

/** Fingerprints and digests in the orders of jobs that were not concluded, see slurm/order-file.ts. */
export function namesOfJobs(storeFolder: string): string[] {
  const work = path.join(storeFolder, 'work');
  return namesIfThere(work).flatMap((name) => digestsIn(textIfThere(path.join(work, name, 'job', 'order.json'))));
}
