/** Pre-trains a network by SimSiam, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { simsiam } from '../src/learn/ssl/simsiam.ts';
import { defineStage } from '../src/stage/index.ts';
import { pretrain, PRETRAIN_INPUTS, PRETRAIN_OUTPUTS, PretrainParameters } from './shared/pretrain.ts';

export default defineStage({
  inputs: PRETRAIN_INPUTS,
  params: Type.Composite([
    PretrainParameters,
    Type.Object({
      /** The width of the projection, and of the predictor's hidden layer. */
      width: Type.Integer({ minimum: 1, default: 2048 }),
      bottleneck: Type.Integer({ minimum: 1, default: 512 }),
      /** False shows the method without it. */
      stopGradient: Type.Boolean({ default: true }),
    }),
  ]),
  outputs: PRETRAIN_OUTPUTS,
  run: (given) => {
    const { width, bottleneck, stopGradient } = given.params;
    return pretrain(given, (common) => simsiam({ ...common, width, bottleneck, stopGradient }));
  },
});
