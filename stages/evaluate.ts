/** Scores the models on one data set, with intervals, from their predictions alone. */
import { Type } from '@sinclair/typebox';
import { equalPairs } from '../src/learn/dataset/audit/equal-images.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { writeEvaluation } from '../src/formats/evaluation.ts';
import { evaluate } from '../src/learn/eval/evaluate.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import type { Cell } from '../src/learn/eval/runs.ts';
import { writeAllPredictions } from '../src/learn/eval/all-predictions.ts';
import { writeResults } from '../src/learn/eval/results.ts';
import { PROBE_KINDS } from '../src/learn/train/feature-probe.ts';
import { defineStage, gathered, input, optional, output } from '../src/stage/index.ts';
import { COMPARISON, RUN } from './shared/comparison.ts';
import { labelOf, type Labels } from './shared/labels.ts';

const LabelFraction = Type.Number({ exclusiveMinimum: 0, maximum: 1 });

export default defineStage({
  inputs: {
    dataset: input,
    /** `predictions.csv` of fine-tuning. */
    predictions: gathered(RUN),
    /** `predictions.csv` of probe. */
    probes: optional(
      gathered({
        ...RUN,
        kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))),
        labelFraction: Type.Optional(LabelFraction),
      }),
    ),
    /** `predictions.csv` of probe-features: encoders that are not trained here. */
    encoders: optional(
      gathered({
        encoder: Type.String(),
        kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))),
        labelFraction: Type.Optional(LabelFraction),
      }),
    ),
    /** `predictions.csv` of fine-tuning with fewer labels. */
    labelFractions: optional(gathered({ ...RUN, labelFraction: LabelFraction })),
    /** `predictions.csv` of fine-tuning on a split that leaks. */
    leaky: optional(gathered(RUN)),
    /** `audit.json`: test images that are equal to a training image are counted too. */
    audit: optional(input),
  },
  params: Type.Object({
    ...COMPARISON,
    /** The difference in accuracy, balanced accuracy and AUC that the planning is for. */
    delta: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.02 }),
  }),
  outputs: {
    /** `metrics.json`. */
    metrics: output,
    /** `results.csv`: dataset,model,seed,subset,metric,value. */
    results: output,
    /**
     * `predictions.csv` of all models: model,start,pretraining,seed,subset,index,group,label and a column of each
     * class.
     */
    predictions: optional(output),
  },
  run: async ({ inputs, params, outputs }) => {
    const { name, ordinal, images } = await readDataset(inputs.dataset);
    const equal = inputs.audit === null ? null : await equalPairs(inputs.audit, images);
    const { labels, resamples, level, seed, delta, ...declared } = params;
    const bootstrap = { resamples, level, seed };
    const probes = await readRuns(inputs.probes, labels);
    const encoders = await readRuns(inputs.encoders?.map(asRun) ?? null, labels);
    const sides = {
      probes: probes.map(withFraction),
      encoders: encoders.map(withFraction),
      labelFractions: await readRuns(inputs.labelFractions, labels),
      leaky: await readRuns(inputs.leaky, labels),
    };
    const runs = await readRuns(inputs.predictions, labels);
    const evaluation = evaluate(runs, { dataset: name, ordinal, bootstrap, equal, declared, delta }, sides);
    await writeEvaluation(outputs.metrics, evaluation);
    await writeResults(outputs.results, evaluation);
    if (outputs.predictions !== null) await writeAllPredictions(outputs.predictions, runs);
  },
});

const withFraction = <Run extends { readonly labelFraction?: number }>(run: Run) => ({
  ...run,
  labelFraction: run.labelFraction ?? 1,
});

/** An encoder that is not trained here is a start of its own, without seeds: its features never change. */
function asRun<A extends { readonly encoder: string }>({ path, axes }: { readonly path: string; readonly axes: A }) {
  return { path, axes: { ...axes, start: axes.encoder, pretraining: 'none', seed: 0 } };
}

/** The predictions of each member, with its axes and the label of its cell. */
function readRuns<A extends Cell>(
  members: readonly { readonly path: string; readonly axes: A }[] | null,
  labels: Labels,
) {
  const read = async ({ path, axes }: { path: string; axes: A }) => ({
    ...axes,
    model: labelOf(axes, labels),
    predictions: await readPredictions(path),
  });
  return Promise.all((members ?? []).map(read));
}
