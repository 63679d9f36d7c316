/** Fine-tunes a student that also learns from a trained teacher. */
import { Type } from '@sinclair/typebox';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { distillationStep } from '../src/learn/train/distill.ts';
import { defineStage, input } from '../src/stage/index.ts';
import { requireClasses } from './shared/answers.ts';
import { finetune, FINETUNE_INPUTS, FINETUNE_OUTPUTS } from './shared/finetune.ts';
import { FinetuneParameters } from './shared/finetune-parameters.ts';

export default defineStage({
  inputs: {
    ...FINETUNE_INPUTS,
    /** `weights.safetensors` of a fine-tuned network. */
    teacher: input,
  },
  params: Type.Composite([
    FinetuneParameters,
    Type.Object({
      /** Softens the answers of teacher and student. */
      temperature: Type.Number({ exclusiveMinimum: 0, default: 4 }),
      /** The weight of the teacher in the loss; the labels have the rest. */
      alpha: Type.Number({ minimum: 0, maximum: 1, default: 0.9 }),
    }),
  ]),
  outputs: FINETUNE_OUTPUTS,
  run: (given) =>
    finetune(given, 'distill', async (dataset) => {
      requireClasses(dataset, 'distill');
      const { temperature, alpha } = given.params;
      const teacher = await readClassifier(given.inputs.teacher, dataset.classes);
      return (settings) => distillationStep({ teacher, temperature, alpha }, settings);
    }),
});
