/** Pre-trains a network by BYOL, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { byol } from '../src/learn/ssl/byol.ts';
import { PretrainParameters, runPretraining } from './shared/pretrain.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  PretrainParameters,
  Type.Object({
    /** The width of the hidden layers of projection and predictor, and of their outputs. */
    hidden: Type.Integer({ minimum: 1, default: 4096 }),
    width: Type.Integer({ minimum: 1, default: 256 }),
    /** The momentum of the target's average at the start; it rises to 1. */
    momentum: Type.Number({ minimum: 0, maximum: 1, default: 0.99 }),
  }),
]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const { hidden, width, momentum } = given;
  await runPretraining(stage, given, (common) => byol({ ...common, hidden, width, momentum }));
}
