/** Pre-trains a network by MoCo v2, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { moco } from '../src/learn/ssl/moco.ts';
import { defineStage } from '../src/stage/index.ts';
import { pretrain, PRETRAIN_INPUTS, PRETRAIN_OUTPUTS, PretrainParameters } from './shared/pretrain.ts';

export default defineStage({
  inputs: PRETRAIN_INPUTS,
  params: Type.Composite([
    PretrainParameters,
    Type.Object({
      temperature: Type.Number({ exclusiveMinimum: 0, default: 0.2 }),
      /** Keys of past batches. Keep it below the number of training images. */
      queue: Type.Integer({ minimum: 1, default: 4096 }),
      /** The momentum of the key encoder. */
      momentum: Type.Number({ minimum: 0, maximum: 1, default: 0.99 }),
    }),
  ]),
  outputs: PRETRAIN_OUTPUTS,
  run: (given) => {
    const { temperature, queue, momentum } = given.params;
    return pretrain(given, (common) => moco({ ...common, temperature, queue, momentum }));
  },
});
