/** The GPUs of this machine, as nvidia-smi tells. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Gpu {
  /** Names the same card to everybody, whatever order a driver or CUDA_VISIBLE_DEVICES gives the cards. */
  readonly uuid: string;
  readonly name: string;
}

/** Asks nvidia-smi for columns; undefined where there is none, or where it finds no driver. */
export type NvidiaSmi = (query: string) => Promise<readonly (readonly string[])[] | undefined>;

/** The cards that the runner itself may use, in nvidia-smi's order. @param visible the runner's own CUDA_VISIBLE_DEVICES */
export async function findGpus(visible: string | undefined, ask: NvidiaSmi = nvidiaSmi): Promise<readonly Gpu[]> {
  const rows = (await ask('--query-gpu=uuid,name')) ?? [];
  const cards = rows.map(([uuid = '', name = '']) => ({ uuid, name }));
  return visible === undefined ? cards : allowed(cards, visible);
}

/** UUIDs of the cards on which any process computes. */
export async function busyGpus(ask: NvidiaSmi = nvidiaSmi): Promise<ReadonlySet<string>> {
  const rows = (await ask('--query-compute-apps=gpu_uuid')) ?? [];
  return new Set(rows.map(([uuid = '']) => uuid));
}

/** CUDA's own reading: indices or beginnings of UUIDs, up to the first that names no card; empty: none. */
function allowed(cards: readonly Gpu[], visible: string): Gpu[] {
  const chosen: Gpu[] = [];
  for (const entry of visible.split(',').map((part) => part.trim())) {
    const card = /^\d+$/.test(entry)
      ? cards[Number(entry)]
      : entry === ''
        ? undefined
        : cards.find(({ uuid }) => uuid.startsWith(entry));
    if (card === undefined || chosen.includes(card)) break;
    chosen.push(card);
  }
  return chosen;
}

const TIMEOUT_MS = 20_000;

async function nvidiaSmi(query: string): Promise<readonly (readonly string[])[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', [query, '--format=csv,noheader,nounits'], {
      timeout: TIMEOUT_MS,
    });
    return stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.split(',').map((cell) => cell.trim()));
  } catch {
    return undefined;
  }
}
