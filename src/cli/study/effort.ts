/** How many trainings a pipeline makes, and about how long they take on this machine. */
import os from 'node:os';
import type { Instance } from '../../runner/pipeline.ts';

export interface Effort {
  readonly trainings: number;
  readonly seconds: number;
}

/** Multiplications and additions of one pass, in billions, at a side of 224 pixels (resnet-small: of 32). */
const GFLOP: Readonly<Record<string, readonly [number, number]>> = {
  'resnet-small': [0.04, 32],
  resnet18: [1.8, 224],
  resnet34: [3.6, 224],
  resnet50: [4.1, 224],
};
/** Billions in a second and core: ResNets train so on ONNX Runtime (docs/benchmarks.md). */
const SPEED = 39;
/** A training step costs as much as three passes. */
const STEP = 3;

export function estimateEffort(instances: readonly Instance[], trainImages: number): Effort {
  const trained = instances.filter(({ stage }) => /^(pretrain|trial|finetune)/.test(stage));
  const passes = trained.map((instance) => gflopOf(instance, trainImages, instances));
  const seconds = passes.reduce((sum, value) => sum + value, 0) / (SPEED * os.availableParallelism());
  return { trainings: trained.length, seconds };
}

function gflopOf({ stage, params }: Instance, images: number, instances: readonly Instance[]): number {
  const number = (name: string): number => (typeof params[name] === 'number' ? params[name] : 0);
  const batch = number('batchSize') || (images < 500 ? 16 : 32);
  const epochs = Math.max(number('epochs'), Math.ceil(number('minSteps') / Math.ceil(images / batch)));
  const size = Number(instances.find(({ stage: other }) => other === 'ingest')?.params.size ?? 64);
  const [gflop, side] = GFLOP[typeof params.network === 'string' ? params.network : ''] ?? [1.8, 224];
  const views = stage === 'pretrain' ? 2 : 1;
  return (epochs + number('extraEpochs')) * images * views * STEP * gflop * (size / side) ** 2;
}
