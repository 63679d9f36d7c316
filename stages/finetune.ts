/** Fine-tunes a network from random or given weights, selects its epoch by validation, and predicts every image once. */
import { supervisedStep } from '../src/learn/train/supervised.ts';
import { FinetuneParameters, runFinetuning } from './shared/finetune.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

export default async function finetune(stage: Stage): Promise<void> {
  await runFinetuning(stage, 'finetune', parameters(FinetuneParameters, stage), () => supervisedStep);
}
