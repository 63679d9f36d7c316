/** Fine-tunes a network from random or given weights to the last epoch, and predicts every image once. */
import { findingsStep } from '../src/learn/train/findings.ts';
import { supervisedStep } from '../src/learn/train/supervised.ts';
import { defineStage } from '../src/stage/index.ts';
import { finetune, FINETUNE_INPUTS, FINETUNE_OUTPUTS } from './shared/finetune.ts';
import { FinetuneParameters } from './shared/finetune-parameters.ts';

export default defineStage({
  inputs: FINETUNE_INPUTS,
  params: FinetuneParameters,
  outputs: FINETUNE_OUTPUTS,
  run: (given) => finetune(given, 'finetune', ({ task }) => (task === 'findings' ? findingsStep : supervisedStep)),
});
