/** Pre-trains a network by SupCon, from random or given weights, on the images and labels of the training subset. */
import { Type } from '@sinclair/typebox';
import { supcon } from '../src/learn/ssl/supcon.ts';
import { defineStage } from '../src/stage/index.ts';
import { pretrain, PRETRAIN_INPUTS, PRETRAIN_OUTPUTS, PretrainParameters } from './shared/pretrain.ts';

export default defineStage({
  inputs: PRETRAIN_INPUTS,
  params: Type.Composite([
    PretrainParameters,
    Type.Object({
      temperature: Type.Number({ exclusiveMinimum: 0, default: 0.1 }),
    }),
  ]),
  outputs: PRETRAIN_OUTPUTS,
  run: (given) => pretrain(given, (common) => supcon({ ...common, temperature: given.params.temperature })),
});
