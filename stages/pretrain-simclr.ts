/** Pre-trains a network by SimCLR, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { simclr } from '../src/learn/ssl/simclr.ts';
import { defineStage } from '../src/stage/index.ts';
import { pretrain, PRETRAIN_INPUTS, PRETRAIN_OUTPUTS, PretrainParameters } from './shared/pretrain.ts';

export default defineStage({
  inputs: PRETRAIN_INPUTS,
  params: Type.Composite([
    PretrainParameters,
    Type.Object({
      temperature: Type.Number({ exclusiveMinimum: 0, default: 0.5 }),
    }),
  ]),
  outputs: PRETRAIN_OUTPUTS,
  run: (given) => pretrain(given, (common) => simclr({ ...common, temperature: given.params.temperature })),
});
