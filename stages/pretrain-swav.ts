/** Pre-trains a network by SwAV, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { swav } from '../src/learn/ssl/swav.ts';
import { defineStage } from '../src/stage/index.ts';
import { pretrain, PRETRAIN_INPUTS, PRETRAIN_OUTPUTS, PretrainParameters } from './shared/pretrain.ts';

export default defineStage({
  inputs: PRETRAIN_INPUTS,
  params: Type.Composite([
    PretrainParameters,
    Type.Object({
      /** About ten for each class. */
      prototypes: Type.Integer({ minimum: 2 }),
      temperature: Type.Number({ exclusiveMinimum: 0, default: 0.1 }),
      epsilon: Type.Number({ exclusiveMinimum: 0, default: 0.05 }),
      /** The width of the projection's hidden layer. */
      hidden: Type.Integer({ minimum: 1, default: 2048 }),
      smallCrops: Type.Integer({ minimum: 0, default: 6 }),
      /** Past embeddings that the assignment takes in; 0 for none. */
      queue: Type.Integer({ minimum: 0, default: 0 }),
      /** Epochs before it does. */
      queueFrom: Type.Number({ minimum: 0, default: 15 }),
      /** Epochs with fixed prototypes. */
      freeze: Type.Number({ minimum: 0, default: 1 }),
    }),
  ]),
  outputs: PRETRAIN_OUTPUTS,
  run: (given) => {
    const { prototypes, temperature, epsilon, hidden, smallCrops, queue, queueFrom, freeze } = given.params;
    return pretrain(given, (common) =>
      swav({ ...common, prototypes, temperature, epsilon, hidden, smallCrops, queue, queueFrom, freeze }),
    );
  },
});
