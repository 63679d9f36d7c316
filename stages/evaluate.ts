/**
 * How good is each model on one data set, and how sure can one be? Computed from predictions alone.
 *
 * inputs   dataset      dataset.json
 *          predictions  predictions.csv, gathered over the axes `model` and `seed`
 * params   resamples    rounds of the bootstrap (2000)
 *          level        of the intervals (0.95)
 *          seed         of the bootstrap (0)
 * outputs  metrics      metrics.json
 *          results      results.csv: dataset,model,seed,part,metric,value
 */
import { Type } from '@sinclair/typebox';
import { parameters, type Gathered, type Stage } from '../src/stage/index.ts';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { evaluate } from '../src/learn/eval/evaluate.ts';
import { writeEvaluation } from '../src/learn/eval/evaluation.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { writeResults } from '../src/learn/eval/results.ts';

const Parameters = Type.Object({
  resamples: Type.Integer({ minimum: 100 }),
  level: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  seed: Type.Integer({ minimum: 0 }),
});

export default async function (stage: Stage): Promise<void> {
  const bootstrap = parameters(Parameters, stage);
  const { name, ordinal } = await readDataset(stage.input('dataset'));
  const runs = await Promise.all(stage.gathered('predictions').map(readRun));
  const evaluation = evaluate(runs, { dataset: name, ordinal, bootstrap });
  await writeEvaluation(stage.output('metrics'), evaluation);
  await writeResults(stage.output('results'), evaluation);
}

async function readRun({ path, axes }: Gathered[number]) {
  const { model, seed } = axes;
  if (typeof model !== 'string' || typeof seed !== 'number') {
    throw new TypeError(`predictions must be gathered over "model" (names) and "seed" (numbers); found ${JSON.stringify(axes)}.`);
  }
  return { model, seed, predictions: await readPredictions(path) };
}
