/**
 * The load of the GPUs, from one nvidia-smi that goes on telling it: a start of the program costs more than its
 * answers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cellsOf } from '../runner/resources/nvidia-smi.ts';

export interface GpuLoad {
  readonly uuid: string;
  readonly name: string;
  readonly memoryBytes: number;
  /** Shares of 1; undefined: the card does not tell. */
  readonly load?: number;
  readonly memory?: number;
  readonly celsius?: number;
  readonly watts?: number;
}

const FIELDS = 'uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw';
const EVERY_SECONDS = 2;
const MEBIBYTE = 1024 * 1024;

export class GpuWatch {
  readonly #program: string;
  readonly #loads = new Map<string, GpuLoad>();
  #child: ChildProcess | undefined;
  /** There is no nvidia-smi, or it gives no answer. */
  #isHopeless = false;
  #rest = '';

  constructor(program = 'nvidia-smi') {
    this.#program = program;
  }

  start(): void {
    if (this.#child !== undefined || this.#isHopeless) return;
    const child = spawn(
      this.#program,
      [`--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits', `--loop=${EVERY_SECONDS}`],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#hear(text);
    });
    const ended = (): void => {
      if (this.#child === child) {
        this.#isHopeless = true;
        this.#loads.clear();
        this.#child = undefined;
      }
    };
    child.on('error', ended).on('close', ended);
  }

  stop(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
  }

  /** The newest of each card, in nvidia-smi's order. */
  loads(): readonly GpuLoad[] {
    return [...this.#loads.values()];
  }

  #hear(text: string): void {
    const whole = this.#rest + text;
    const end = whole.lastIndexOf('\n') + 1;
    this.#rest = whole.slice(end);
    for (const load of parseGpuLoads(whole.slice(0, end))) this.#loads.set(load.uuid, load);
  }
}

/** A card that does not tell a number writes `[N/A]`. */
export function parseGpuLoads(text: string): readonly GpuLoad[] {
  return cellsOf(text).flatMap((cells) => {
    const [uuid = ''] = cells;
    if (!uuid.startsWith('GPU-') || cells.length < 7) return [];
    const name = cells.slice(1, -5).join(', ');
    const [load, used, total, celsius, watts] = cells.slice(-5).map(numberOf);
    return [
      {
        ...{ uuid, name, memoryBytes: (total ?? 0) * MEBIBYTE },
        ...(load !== undefined && { load: load / 100 }),
        ...(used !== undefined && total !== undefined && total > 0 && { memory: used / total }),
        ...(celsius !== undefined && { celsius }),
        ...(watts !== undefined && { watts }),
      },
    ];
  });
}

function numberOf(cell: string): number | undefined {
  const value = Number(cell);
  return cell !== '' && Number.isFinite(value) ? value : undefined;
}
