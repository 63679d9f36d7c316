/**
 * How good is each model on one data set, and how sure can one be? Computed from predictions alone.
 *
 * inputs   dataset      dataset.json
 *          predictions  predictions.csv, gathered over the axes `model` and `seed`
 *          probes       predictions of "probe", gathered over `model`, `kind` and `seed`                      } may be
 *          labelFractions  predictions of fine-tuning with fewer labels, over `model`, `labelFraction` and `seed`      } null
 *          leaky        predictions of fine-tuning on a split that leaks, over `model` and `seed`            } or absent
 *          audit        audit.json: also counts test images that are equal to a trained one; may be null or absent
 * params   resamples    rounds of the bootstrap (2000)
 *          level        of the intervals (0.95)
 *          seed         of the bootstrap (0)
 * outputs  metrics      metrics.json
 *          results      results.csv: dataset,model,seed,subset,metric,value
 */
import { Type } from '@sinclair/typebox';
import { parameters, type Gathered, type Stage } from '../src/stage/index.ts';
import { equalPairs } from '../src/learn/dataset/audit/equal-images.ts';
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
  const { name, ordinal, images } = await readDataset(stage.input('dataset'));
  const runs = await readAll(stage, 'predictions', readRun);
  const sides = {
    probes: await readAll(stage, 'probes', async (member) => ({
      ...(await readRun(member)),
      kind: kindOf(member.axes),
    })),
    labelFractions: await readAll(stage, 'labelFractions', async (member) => ({
      ...(await readRun(member)),
      labelFraction: labelFractionOf(member.axes),
    })),
    leaky: await readAll(stage, 'leaky', readRun),
  };
  const equal = typeof stage.inputs.audit === 'string' ? await equalPairs(stage.inputs.audit, images) : null;
  const evaluation = evaluate(runs, { dataset: name, ordinal, bootstrap, equal }, sides);
  await writeEvaluation(stage.output('metrics'), evaluation);
  await writeResults(stage.output('results'), evaluation);
}

/** A pipeline may leave a side study out or set it to null. */
async function readAll<T>(stage: Stage, name: string, read: (member: Gathered[number]) => Promise<T>): Promise<T[]> {
  const input = stage.inputs[name];
  return input === undefined || input === null ? [] : Promise.all(stage.gathered(name).map(read));
}

async function readRun({ path, axes }: Gathered[number]) {
  const { model, seed } = axes;
  if (typeof model !== 'string' || typeof seed !== 'number') {
    throw new TypeError(
      `predictions must be gathered over "model" (names) and "seed" (numbers); found ${JSON.stringify(axes)}.`,
    );
  }
  return { model, seed, predictions: await readPredictions(path) };
}

function kindOf({ kind }: Gathered[number]['axes']): 'linear' | 'knn' {
  if (kind === 'linear' || kind === 'knn') return kind;
  throw new TypeError(`probes must be gathered over "kind" too, "linear" or "knn"; found ${JSON.stringify(kind)}.`);
}

function labelFractionOf({ labelFraction }: Gathered[number]['axes']): number {
  if (typeof labelFraction === 'number') return labelFraction;
  throw new TypeError(
    `labelFractions must be gathered over "labelFraction" too, fractions from 0 to 1; found ${JSON.stringify(labelFraction)}.`,
  );
}
