/** Pre-trains a network by BYOL, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { byol } from '../src/learn/ssl/byol.ts';
import { defineStage } from '../src/stage/index.ts';
import { pretrain, PRETRAIN_INPUTS, PRETRAIN_OUTPUTS, PretrainParameters } from './shared/pretrain.ts';

export default defineStage({
  inputs: PRETRAIN_INPUTS,
  params: Type.Composite([
    PretrainParameters,
    Type.Object({
      /** The width of the hidden layers of projection and predictor, and of their outputs. */
      hidden: Type.Integer({ minimum: 1, default: 4096 }),
      width: Type.Integer({ minimum: 1, default: 256 }),
      /** The momentum of the target's average at the start; it rises to 1. */
      momentum: Type.Number({ minimum: 0, maximum: 1, default: 0.99 }),
    }),
  ]),
  outputs: PRETRAIN_OUTPUTS,
  run: (given) => {
    const { hidden, width, momentum } = given.params;
    return pretrain(given, (common) => byol({ ...common, hidden, width, momentum }));
  },
});
