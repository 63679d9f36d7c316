/** Fine-tunes a student that also learns from a trained teacher, the input `teacher`; else as stages/finetune.ts. */
import { Type } from '@sinclair/typebox';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { distillationStep } from '../src/learn/train/distill.ts';
import { FinetuneParameters, runFinetuning } from './shared/finetune.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  FinetuneParameters,
  Type.Object({
    temperature: Type.Number({ exclusiveMinimum: 0, default: 4 }),
    /** The teacher's share in the loss; the labels have the rest. */
    alpha: Type.Number({ minimum: 0, maximum: 1, default: 0.9 }),
  }),
]);

export default async function distill(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const { temperature, alpha } = given;
  await runFinetuning(stage, 'distill', given, async (classes) => {
    const teacher = await readClassifier(stage.input('teacher'), classes);
    return (settings) => distillationStep({ teacher, temperature, alpha }, settings);
  });
}
