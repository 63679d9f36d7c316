/** A stage that computes with the tensor engine, and writes the engine's name and the granted GPUs. */
import { writeFileSync } from 'node:fs';
import type { Stage } from '../../src/stage/index.ts';
import { openEngine } from '../../src/tensor/index.ts';

export default async function compute(stage: Stage): Promise<void> {
  const engine = await openEngine('auto');
  const { PIPELINE_CPUS, CUDA_VISIBLE_DEVICES } = process.env;
  stage.record({ engine: engine.description });
  writeFileSync(stage.output('out'), JSON.stringify({ ...engine.description, PIPELINE_CPUS, CUDA_VISIBLE_DEVICES }));
}
