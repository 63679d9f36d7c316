/** Leases of GPUs for the whole host: two runs, also of two users, never share one. */
import { chmodSync, existsSync, mkdtempSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { busyGpus } from './busy-gpus.ts';
import type { Gpu } from './gpu.ts';
import { tryLease, type Lease } from './lease.ts';

export interface LeasedGpus {
  readonly gpus: readonly Gpu[];
  release(): void;
}

/** A folder that all users of the host share, so not TMPDIR, which may be a user's own. */
const FOLDER = path.join('/tmp', 'pipeline-gpu-leases');

/**
 * Leases `count` cards that are not leased and not busy. If there are too few, it takes none and names the holders of
 * the others.
 */
export async function leaseGpus(
  gpus: readonly Gpu[],
  count: number,
  busy = busyGpus,
  folder = FOLDER,
): Promise<LeasedGpus | { readonly gpus: undefined; readonly holders: readonly string[] }> {
  makeShared(folder);
  const leases = new Map<Gpu, Lease>();
  const holders: string[] = [];
  const foreign = await busy(gpus);
  for (const gpu of gpus) {
    if (leases.size === count) break;
    const lease = tryLease(path.join(folder, gpu.uuid.replaceAll('/', '_')));
    if (!lease.ok) holders.push(lease.error);
    else if (foreign.has(gpu.uuid)) {
      lease.value.release();
      holders.push('another process');
    } else leases.set(gpu, lease.value);
  }
  const release = (): void => {
    for (const lease of leases.values()) lease.release();
  };
  if (leases.size === count) return { gpus: [...leases.keys()], release };
  // Two runs that each keep one card and wait for a second would wait for each other forever.
  release();
  return { gpus: undefined, holders: [...new Set(holders)] };
}

/** Made under a temporary name, so that no other user meets a folder that only its maker may write to. */
function makeShared(folder: string): void {
  if (existsSync(folder)) return;
  const draft = mkdtempSync(`${folder}-`);
  chmodSync(draft, 0o777);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmdirSync(draft);
    if (!existsSync(folder)) throw error;
  }
}
