/** Pre-trains a network by SimCLR, from random or given weights, on the images of the training subset. */
import { Type } from '@sinclair/typebox';
import { simclr } from '../src/learn/ssl/simclr.ts';
import { PretrainParameters, runPretraining } from './shared/pretrain.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  PretrainParameters,
  Type.Object({
    temperature: Type.Number({ exclusiveMinimum: 0, default: 0.5 }),
  }),
]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  await runPretraining(stage, given, (common) => simclr({ ...common, temperature: given.temperature }));
}
