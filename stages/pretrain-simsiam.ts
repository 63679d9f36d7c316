/** Pre-trains a network by SimSiam, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { simsiam } from '../src/learn/ssl/simsiam.ts';
import { PretrainParameters, runPretraining } from './shared/pretrain.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  PretrainParameters,
  Type.Object({
    /** The width of the projection, and of the predictor's hidden layer. */
    width: Type.Integer({ minimum: 1, default: 2048 }),
    bottleneck: Type.Integer({ minimum: 1, default: 512 }),
    /** False shows what becomes of the method without it. */
    stopGradient: Type.Boolean({ default: true }),
  }),
]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const { width, bottleneck, stopGradient } = given;
  await runPretraining(stage, given, (common) => simsiam({ ...common, width, bottleneck, stopGradient }));
}
