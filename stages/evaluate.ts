/** Scores the models on one data set, with intervals, from their predictions alone. */
import { Type } from '@sinclair/typebox';
import { equalPairs } from '../src/learn/dataset/audit/equal-images.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { writeEvaluation } from '../src/formats/evaluation.ts';
import { evaluate } from '../src/learn/eval/evaluate.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { writeResults } from '../src/learn/eval/results.ts';
import { PROBE_KINDS } from '../src/learn/train/feature-probe.ts';
import { defineStage, gathered, input, optional, output } from '../src/stage/index.ts';

const RUN = { model: Type.String(), seed: Type.Number() };

export default defineStage({
  inputs: {
    dataset: input,
    /** `predictions.csv` of fine-tuning. */
    predictions: gathered(RUN),
    /** `predictions.csv` of probe. */
    probes: optional(gathered({ ...RUN, kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))) })),
    /** `predictions.csv` of fine-tuning with fewer labels. */
    labelFractions: optional(gathered({ ...RUN, labelFraction: Type.Number({ exclusiveMinimum: 0, maximum: 1 }) })),
    /** `predictions.csv` of fine-tuning on a split that leaks. */
    leaky: optional(gathered(RUN)),
    /** `audit.json`: test images that are equal to a training image are counted too. */
    audit: optional(input),
  },
  params: Type.Object({
    /** Rounds of the bootstrap. */
    resamples: Type.Integer({ minimum: 100 }),
    /** The confidence level of the intervals. */
    level: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    seed: Type.Integer({ minimum: 0 }),
  }),
  outputs: {
    /** `metrics.json`. */
    metrics: output,
    /** `results.csv`: dataset,model,seed,subset,metric,value. */
    results: output,
  },
  run: async ({ inputs, params, outputs }) => {
    const { name, ordinal, images } = await readDataset(inputs.dataset);
    const equal = inputs.audit === null ? null : await equalPairs(inputs.audit, images);
    const sides = {
      probes: await readRuns(inputs.probes),
      labelFractions: await readRuns(inputs.labelFractions),
      leaky: await readRuns(inputs.leaky),
    };
    const runs = await readRuns(inputs.predictions);
    const evaluation = evaluate(runs, { dataset: name, ordinal, bootstrap: params, equal }, sides);
    await writeEvaluation(outputs.metrics, evaluation);
    await writeResults(outputs.results, evaluation);
  },
});

/** The predictions of each member, with its axes. */
function readRuns<A extends object>(members: readonly { readonly path: string; readonly axes: A }[] | null) {
  const read = async ({ path, axes }: { path: string; axes: A }) => ({
    ...axes,
    predictions: await readPredictions(path),
  });
  return Promise.all((members ?? []).map(read));
}
