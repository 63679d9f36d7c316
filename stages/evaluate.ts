/** Scores the models on one data set, with intervals, from their predictions alone. */
import { Type } from '@sinclair/typebox';
import { equalPairs } from '../src/learn/dataset/audit/equal-images.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { writeEvaluation } from '../src/formats/evaluation.ts';
import { evaluate } from '../src/learn/eval/evaluate.ts';
import { classJudge } from '../src/learn/eval/class-judge.ts';
import { FINDING_JUDGE } from '../src/learn/eval/findings/judge.ts';
import { readFindingPredictions } from '../src/learn/eval/findings/predictions.ts';
import type { Judge } from '../src/learn/eval/judge.ts';
import { readPredictions, type AnswerTable } from '../src/learn/eval/predictions.ts';
import type { ScoredImages } from '../src/learn/eval/scored.ts';
import type { Cell } from '../src/learn/eval/runs.ts';
import { writeAllPredictions } from '../src/learn/eval/all-predictions.ts';
import { writeResults } from '../src/learn/eval/results.ts';
import { PROBE_KINDS } from '../src/learn/train/feature-probe.ts';
import { defineStage, gathered, input, optional, output, type StageRun } from '../src/stage/index.ts';
import { COMPARISON, RUN } from './shared/comparison.ts';
import { labelOf, type Labels } from './shared/labels.ts';

const LabelFraction = Type.Number({ exclusiveMinimum: 0, maximum: 1 });

const INPUTS = {
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
};

const PARAMS = Type.Object({
  ...COMPARISON,
  /** The difference in accuracy, balanced accuracy and AUC that the planning is for. */
  delta: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.02 }),
});

const OUTPUTS = {
  /** `metrics.json`. */
  metrics: output,
  /** `results.csv`: dataset,model,seed,subset,metric,value. */
  results: output,
  /**
   * `predictions.csv` of all models: model,start,pretraining,seed,subset,index,group,label and a column of each
   * class.
   */
  predictions: optional(output),
};

export default defineStage({
  inputs: INPUTS,
  params: PARAMS,
  outputs: OUTPUTS,
  run: async (given) => {
    const { task, ordinal } = await readDataset(given.inputs.dataset);
    if (task === 'findings') await judgeAll(given, FINDING_JUDGE, readFindingPredictions);
    else await judgeAll(given, classJudge(ordinal), readPredictions);
  },
});

type EvaluateRun = StageRun<typeof INPUTS, typeof PARAMS, typeof OUTPUTS>;

async function judgeAll<Table extends AnswerTable, Scored extends ScoredImages>(
  { inputs, params, outputs }: EvaluateRun,
  judge: Judge<Table, Scored>,
  read: (path: string) => Promise<Table>,
): Promise<void> {
  const { name, images } = await readDataset(inputs.dataset);
  const equal = inputs.audit === null ? null : await equalPairs(inputs.audit, images);
  const { labels, resamples, level, seed, delta, ...declared } = params;
  const bootstrap = { resamples, level, seed };
  const runsOf = <A extends Cell>(members: Members<A> | null) => readRuns(members, labels, read);
  const sides = {
    probes: (await runsOf(inputs.probes)).map(withFraction),
    encoders: (await runsOf(inputs.encoders?.map(asRun) ?? null)).map(withFraction),
    labelFractions: await runsOf(inputs.labelFractions),
    leaky: await runsOf(inputs.leaky),
  };
  const runs = await runsOf(inputs.predictions);
  const evaluation = evaluate(runs, judge, { dataset: name, bootstrap, equal, declared, delta }, sides);
  await writeEvaluation(outputs.metrics, evaluation);
  await writeResults(outputs.results, evaluation);
  if (outputs.predictions !== null) await writeAllPredictions(outputs.predictions, runs);
}

const withFraction = <Run extends { readonly labelFraction?: number }>(run: Run) => ({
  ...run,
  labelFraction: run.labelFraction ?? 1,
});

/** An encoder that is not trained here is a start of its own, without seeds: its features never change. */
function asRun<A extends { readonly encoder: string }>({ path, axes }: { readonly path: string; readonly axes: A }) {
  return { path, axes: { ...axes, start: axes.encoder, pretraining: 'none', seed: 0 } };
}

type Members<A> = readonly { readonly path: string; readonly axes: A }[];

/** The predictions of each member, with its axes and the label of its cell. */
async function readRuns<A extends Cell, Table>(
  members: Members<A> | null,
  labels: Labels,
  read: (path: string) => Promise<Table>,
) {
  const runs = (members ?? []).map(async ({ path, axes }) => ({
    ...axes,
    model: labelOf(axes, labels),
    predictions: await read(path),
  }));
  return Promise.all(runs);
}
