/** The tensor engine: compile a training step once, run it as one graph. See docs/tensor.md. */
import { availableParallelism } from 'node:os';
import './batch-norm.ts';
import { openEager } from './eager/engine.ts';
import type { Engine, EngineName } from './engine.ts';

export type { CompileOptions, Engine, EngineName, Step, StepFunction } from './engine.ts';
export { float32, int32, uint8, type DType, type HostTensor, type Replaced, type TensorSpec, type Tree } from './host-tensor.ts';
export { batchNormTraining, type BatchNorm } from './batch-norm.ts';
export { stopGradient, valueAndGrads, type ValueAndGrads } from './differentiate.ts';
export { TensorMismatchError, TraceError } from './errors.ts';
export { fromTfjs, toTfjs } from './tfjs.ts';

export interface EngineOptions {
  readonly threads?: number;
}

/** `auto` is onnxruntime, which every install has. A name is never replaced by another: opening it works or throws. */
export async function openEngine(name: 'auto' | EngineName, { threads = defaultThreads() }: EngineOptions = {}): Promise<Engine> {
  if (name === 'eager') return openEager();
  const { openOnnxruntime } = await import('./onnx/engine.ts');
  return openOnnxruntime({ threads });
}

/** What the pipeline granted, what OpenMP programs are told, or all there is. */
function defaultThreads(): number {
  for (const name of ['PIPELINE_CPUS', 'OMP_NUM_THREADS']) {
    const threads = Number(process.env[name]);
    if (Number.isInteger(threads) && threads > 0) return threads;
  }
  return availableParallelism();
}
