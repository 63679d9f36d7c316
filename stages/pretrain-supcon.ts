/** Pre-trains a network by SupCon, from random or given weights, on the images and labels of the training subset. */
import { Type } from '@sinclair/typebox';
import { supcon } from '../src/learn/ssl/supcon.ts';
import { PretrainParameters, runPretraining } from './shared/pretrain.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  PretrainParameters,
  Type.Object({
    temperature: Type.Number({ exclusiveMinimum: 0, default: 0.1 }),
  }),
]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  await runPretraining(stage, given, (common) => supcon({ ...common, temperature: given.temperature }));
}
