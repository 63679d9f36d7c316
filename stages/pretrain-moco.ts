/** Pre-trains a network by MoCo v2, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { moco } from '../src/learn/ssl/moco.ts';
import { PretrainParameters, runPretraining } from './shared/pretrain.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  PretrainParameters,
  Type.Object({
    temperature: Type.Number({ exclusiveMinimum: 0, default: 0.2 }),
    /** Keys of past batches. Keep it below the number of training images. */
    queue: Type.Integer({ minimum: 1, default: 4096 }),
    /** The momentum of the key encoder. */
    momentum: Type.Number({ minimum: 0, maximum: 1, default: 0.99 }),
  }),
]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const { temperature, queue, momentum } = given;
  await runPretraining(stage, given, (common) => moco({ ...common, temperature, queue, momentum }));
}
