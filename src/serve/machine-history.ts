/** The load of the machine over the last minutes, as a part of the state. Sampled only while somebody looks. */
import { GpuWatch } from './gpu-load.ts';
import { LoadSampler, machineFacts, type Load } from './machine-load.ts';
import type { GpuState, MachineState } from './state.ts';

const EVERY_MS = 2000;
/** Five minutes. */
const MOST = 150;

export class MachineHistory {
  readonly #facts = machineFacts();
  readonly #sampler = new LoadSampler(this.#facts);
  readonly #gpus = new GpuWatch();
  readonly #now: () => number;
  readonly #loads: Load[] = [];
  readonly #gpuLoads = new Map<string, { load: number[]; memory: number[] }>();
  #sampled = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  get host(): string {
    return this.#facts.host;
  }

  /** Undefined: nothing new yet. */
  update(): MachineState | undefined {
    this.#gpus.start();
    const now = this.#now();
    if (now - this.#sampled < EVERY_MS) return undefined;
    this.#sampled = now;
    keep(this.#loads, this.#sampler.sample());
    const gpus = this.#gpus.loads().map(({ uuid, load, memory, ...facts }): GpuState => {
      const history = this.#gpuLoads.get(uuid) ?? { load: [], memory: [] };
      this.#gpuLoads.set(uuid, history);
      if (load !== undefined) keep(history.load, load);
      if (memory !== undefined) keep(history.memory, memory);
      const { name, memoryBytes, celsius, watts } = facts;
      return {
        ...{ name, memoryBytes, load: [...history.load], memory: [...history.memory] },
        ...(celsius !== undefined && { celsius }),
        ...(watts !== undefined && { watts }),
      };
    });
    return {
      ...{ ...this.#facts, step: EVERY_MS / 1000, gpus },
      cpu: this.#loads.map(({ cpu }) => cpu),
      memory: this.#loads.map(({ memory }) => memory),
    };
  }

  /** Nobody looks. */
  rest(): void {
    this.#gpus.stop();
  }
}

function keep<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > MOST) list.shift();
}
