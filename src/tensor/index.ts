/** The tensor engine: compile a training step once, run it as one graph. See docs/tensor.md. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import './batch-norm.ts';
import { openEager } from './eager/engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { findEngineForGpus, isGpuGranted } from './engine-for-gpus.ts';
import { GpuError } from './errors.ts';
import { addAnew, findShortened } from './installation/intact.ts';
import { findTensorflow } from './tensorflow/installation/place.ts';
import { findXla } from './xla/installation/place.ts';

export type { CompileOptions, Engine, EngineName, Precision, Step, StepFunction } from './engine.ts';
export {
  float32,
  int32,
  uint8,
  type DType,
  type HostTensor,
  type Replaced,
  type TensorSpec,
  type Tree,
} from './host-tensor.ts';
export { batchNormTraining, type BatchNorm } from './batch-norm.ts';
export { stopGradient, valueAndGrads, type ValueAndGrads } from './differentiate.ts';
export { GpuError, MemoryError, PrecisionError, TensorMismatchError, TraceError } from './errors.ts';
export { fromTfjs, toTfjs } from './tfjs.ts';

export interface EngineOptions {
  readonly threads?: number;
  /**
   * Of the engine xla on a GPU: equal inputs give equal bits in every process, not only in those that share compiled
   * programs. The default: whether the environment has PRETEXT_DETERMINISTIC=1.
   */
  readonly deterministic?: boolean;
}

const STRICT_VARIABLE = 'PRETEXT_DETERMINISTIC';

/**
 * `auto` takes the first of these: the engine for GPUs, if the runner granted one; tensorflow, if it was added to this
 * machine; onnxruntime, which every install has. A chosen engine is never replaced by another: opening it works or
 * throws. Throws GpuError if a GPU was granted and the engine cannot use it.
 */
export async function openEngine(name: 'auto' | EngineName, options: EngineOptions = {}): Promise<Engine> {
  const chosen = name === 'auto' ? chooseEngine() : name;
  const engine = await open(chosen, options);
  const canUseGpus = chosen === 'xla' || chosen === 'tensorflow';
  if (isGpuGranted() && canUseGpus && engine.description.device === 'cpu') {
    await engine.dispose();
    throw new GpuError(`A GPU was granted to this stage, and the engine "${chosen}" computes on the processor`);
  }
  return engine;
}

function chooseEngine(): EngineName {
  if (!isGpuGranted()) return findTensorflow() === undefined ? 'onnxruntime' : 'tensorflow';
  const engine = findEngineForGpus();
  if (engine === undefined)
    throw new GpuError(
      'A GPU was granted to this stage, and no engine of this machine computes on GPUs. Add one: pipeline engine add xla',
    );
  return engine;
}

async function open(name: EngineName, { threads = defaultThreads(), deterministic }: EngineOptions): Promise<Engine> {
  switch (name) {
    case 'xla':
      return openXlaOfMachine(threads, deterministic ?? process.env[STRICT_VARIABLE] === '1');
    case 'tensorflow':
      return openAddedTensorflow(threads);
    case 'onnxruntime': {
      const { openOnnxruntime } = await import('./onnx/engine.ts');
      return openOnnxruntime({ threads });
    }
    case 'eager':
      return openEager();
  }
}

async function openXlaOfMachine(threads: number, isStrict: boolean): Promise<Engine> {
  const found = findXla();
  if (found === undefined) throw new Error('There is no engine "xla" on this machine. Add it: pipeline engine add xla');
  const damage = findShortened(found.folder);
  if (damage !== undefined) throw new Error(`The engine "xla" is damaged: ${damage}. ${addAnew('xla')}`);
  const { openAddedXla } = await import('./xla/open-added.ts');
  return openAddedXla(found, { threads, isStrict });
}

async function openAddedTensorflow(threads: number): Promise<Engine> {
  const found = findTensorflow();
  if (found === undefined)
    throw new Error('There is no engine "tensorflow" on this machine. Add it: pipeline engine add tensorflow');
  // A library that was cut off may end the process when it is loaded.
  const damage = findShortened(path.dirname(found.addon));
  if (damage !== undefined) throw new Error(`The engine "tensorflow" is damaged: ${damage}. ${addAnew('tensorflow')}`);
  const { openTensorflow } = await import('./tensorflow/engine.ts');
  try {
    return openTensorflow({ addon: found.addon, threads });
  } catch (error) {
    throw new Error(
      `The engine "tensorflow" does not start: ${String(error)}. Without it, onnxruntime is used: pipeline engine remove tensorflow`,
      { cause: error },
    );
  }
}

/** The processors granted by the pipeline, else those for OpenMP programs, else all. */
function defaultThreads(): number {
  for (const name of ['PIPELINE_CPUS', 'OMP_NUM_THREADS']) {
    const threads = Number(process.env[name]);
    if (Number.isInteger(threads) && threads > 0) return threads;
  }
  return availableParallelism();
}
