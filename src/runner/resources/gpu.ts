/** The GPUs of this machine, as nvidia-smi tells. */
import { spawnSync } from 'node:child_process';

export interface Gpu {
  readonly uuid: string;
  readonly name: string;
  readonly memoryBytes: number;
}

/** Cards that no process uses; none where there is no nvidia-smi. */
export function findGpus(): Gpu[] {
  const cards = query('--query-gpu=uuid,name,memory.total');
  if (cards.length === 0) return [];
  const busy = new Set(query('--query-compute-apps=gpu_uuid').map(([uuid]) => uuid));
  return cards.filter(([uuid]) => !busy.has(uuid)).map(([uuid, name, mebibytes]) => ({ uuid: uuid!, name: name!, memoryBytes: Number(mebibytes) * 2 ** 20 }));
}

function query(what: string): string[][] {
  const { status, stdout } = spawnSync('nvidia-smi', [what, '--format=csv,noheader,nounits'], { encoding: 'utf8', timeout: 10_000 });
  if (status !== 0) return [];
  return stdout.split('\n').filter(Boolean).map((line) => line.split(',').map((cell) => cell.trim()));
}
