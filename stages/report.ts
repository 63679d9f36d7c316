/**
 * Puts all results on one page.
 *
 * Members of the inputs belong together if they have the same axis `dataset`, or none of them has it. The models of a
 * data set are the cells of the study: the axes `start` and `pretraining`. The names `pretraining-METHOD` and
 * `pairs-METHOD` are the inputs of further pre-training methods.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { readEvaluation, type Evaluation } from '../src/formats/evaluation.ts';
import { METRIC_NAMES, type MetricName } from '../src/formats/metric.ts';
import { readTrials } from '../src/formats/trials.ts';
import type { Cell } from '../src/learn/eval/runs.ts';
import {
  renderCard,
  renderChecklist,
  renderCsv,
  renderHtml,
  renderJson,
  renderMarkdown,
  STATEMENT_SUBJECTS,
  type DatasetResults,
  type EmbeddedPicture,
  type Study,
} from '../src/report/index.ts';
import {
  readAuditFindings,
  readPicturedExplanation,
  readFineTuning,
  readPicture,
  readPreTraining,
  readSharedFindings,
  readSplitFacts,
  readTransferTraining,
} from '../src/report/reading/index.ts';
import { at } from '../src/util/known.ts';
import { defineStage, gathered, input, optional, output, type InputValues } from '../src/stage/index.ts';

/** Present if the pipeline has several data sets. */
const DATASET = { dataset: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])) };
const OF_CELL = { ...DATASET, start: Type.String(), pretraining: Type.String() };
const OF_RUN = { ...OF_CELL, seed: Type.Number() };

const INPUTS = {
  /** `metrics.json` of evaluate. */
  metrics: gathered(DATASET),
  /** `predictions.csv` of evaluate, to be published with the report. */
  predictions: optional(gathered(DATASET)),
  /** `dataset.json`. */
  datasets: gathered(DATASET),
  /** `split.json`. */
  splits: optional(gathered(DATASET)),
  /** `curves.json` of finetune. */
  curves: optional(gathered(OF_RUN)),
  /** `trials.json` of select. */
  trials: optional(gathered(OF_CELL)),
  /** `curves.json` of pretrain. */
  pretraining: optional(gathered(OF_RUN)),
  'pretraining-*': optional(gathered(OF_RUN)),
  /** `curves.json` of pretrain-supervised: the training of the transfer start on its own task. */
  transfer: optional(gathered({})),
  /** `pairs.png` of pretrain. */
  pairs: optional(gathered(OF_CELL)),
  'pairs-*': optional(gathered(OF_CELL)),
  /** `audit.json` of audit. */
  audits: optional(gathered(DATASET)),
  /** `leaks.png` of audit. */
  'audit-pictures': optional(gathered(DATASET)),
  /** `explanation.json` of explain. */
  explanations: optional(gathered(OF_CELL)),
  /** `cams.png` of explain. */
  'explanation-pictures': optional(gathered(OF_CELL)),
  /** `shared.json` of audit-across. */
  shared: optional(input),
  /** `shared.png` of audit-across. */
  'shared-picture': optional(input),
};

type Inputs = InputValues<typeof INPUTS>;

const RENDERERS = {
  html: renderHtml,
  json: renderJson,
  csv: renderCsv,
  markdown: renderMarkdown,
  card: renderCard,
  checklist: renderChecklist,
};

export default defineStage({
  inputs: INPUTS,
  params: Type.Object({
    /** The title of the page. */
    title: Type.String({ default: 'Which start should I fine-tune from?' }),
    /** The start of M3 and M4, in words: "ImageNet", "fractal". */
    transfer: Type.String({ minLength: 1 }),
    /** The metric of the answer. Without it, `balancedAccuracy`, and `auc` if a data set has findings. */
    metric: Type.Optional(Type.Union(METRIC_NAMES.map((name) => Type.Literal(name)))),
    /** Licenses of the weights that models start from, by the names of starts. */
    licenses: Type.Record(Type.String(), Type.String({ minLength: 1 }), { default: {} }),
    /** Command lines that make the page again. */
    rerun: Type.Array(Type.String(), { default: ['npm ci', 'npx pipeline run'] }),
    /** Statements of the authors, by subject: see docs/report.md. */
    authorStatements: Type.Partial(
      Type.Object(Object.fromEntries(STATEMENT_SUBJECTS.map((subject) => [subject, Type.String({ minLength: 1 })]))),
      { additionalProperties: false, default: {} },
    ),
  }),
  outputs: {
    html: output,
    json: output,
    csv: output,
    markdown: output,
    /** A model card in Markdown. */
    card: optional(output),
    /** A reporting checklist in Markdown. */
    checklist: optional(output),
    /** A folder with a table of predictions for each data set. */
    predictions: optional(output),
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const datasets = inputs.metrics.map(({ path, axes }) =>
      readResults(path, ofDataset(inputs, axes), params.transfer, inputs.transfer),
    );
    const provenance = stage.lineage.map((entry) => ({
      ...entry,
      peakMemoryBytes: entry.peakMemoryBytes ?? null,
      audit: entry.audit ?? null,
    }));
    const read = await Promise.all(datasets);
    const study: Study = {
      ...params,
      metric: params.metric ?? defaultMetric(read),
      datasets: read,
      shared: await readSharedImages(inputs),
      provenance,
      publishesPredictions: outputs.predictions !== null,
    };
    for (const [name, render] of Object.entries(RENDERERS)) {
      const target = outputs[name as keyof typeof RENDERERS];
      if (target !== null) await writeFile(target, render(study));
    }
    if (outputs.predictions !== null) await copyPredictions(inputs, study.datasets, outputs.predictions);
  },
});

/** Throws if the data sets have no metric in common that answers may be given in. */
function defaultMetric(datasets: readonly DatasetResults[]): MetricName {
  const found = (['balancedAccuracy', 'auc'] as const).find((metric) =>
    datasets.every(({ evaluation }) => evaluation.metrics.includes(metric)),
  );
  if (found === undefined) throw new Error('Internal error: no data set is judged by its AUC.');
  return found;
}

/** `DATASET.csv` for each data set. */
async function copyPredictions(inputs: Inputs, datasets: readonly DatasetResults[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [i, { axes }] of inputs.metrics.entries()) {
    const table = only('predictions', ofDataset(inputs, axes).predictions);
    if (table === null) throw new Error('The output "predictions" needs the input "predictions" for each data set.');
    await copyFile(table, path.join(folder, `${at(datasets, i).name}.csv`));
  }
}

/** The members of each input that belong to one data set; the methods of pre-training in one list. */
function ofDataset(inputs: Inputs, { dataset }: { readonly dataset?: unknown }) {
  const own = <M extends { readonly axes: { readonly dataset?: unknown } }>(
    members: readonly M[] | null,
  ): readonly M[] => (members ?? []).filter(({ axes }) => axes.dataset === dataset);
  const ofMethods = <M extends { readonly axes: Cell & { readonly dataset?: unknown } }>(
    main: readonly M[] | null,
    others: Readonly<Record<string, readonly M[] | null>>,
  ) => [main, ...Object.values(others)].flatMap(own);
  return {
    datasets: own(inputs.datasets),
    predictions: own(inputs.predictions),
    splits: own(inputs.splits),
    curves: own(inputs.curves),
    trials: own(inputs.trials),
    pretraining: ofMethods(inputs.pretraining, inputs['pretraining-*']),
    pairs: ofMethods(inputs.pairs, inputs['pairs-*']),
    audits: own(inputs.audits),
    auditPictures: own(inputs['audit-pictures']),
    explanations: own(inputs.explanations),
    explanationPictures: own(inputs['explanation-pictures']),
  };
}

async function readResults(
  metrics: string,
  members: ReturnType<typeof ofDataset>,
  transfer: string,
  transferCurves: Inputs['transfer'],
): Promise<DatasetResults> {
  const dataset = only('datasets', members.datasets);
  if (dataset === null) throw new Error(`The input "datasets" has no member for ${metrics}.`);
  const { name, title, source, images, groups, size, dropped } = await readDataset(dataset);
  const [split, audit] = [only('splits', members.splits), only('audits', members.audits)];
  const auditPicture = only('audit-pictures', members.auditPictures);
  const evaluation = await readEvaluation(metrics);
  const severalMethods = new Set(members.pairs.map(({ axes }) => axes.pretraining)).size > 1;
  const pictureOf = (cell: Cell) => members.explanationPictures.find(({ axes }) => sameCell(axes, cell))?.path;
  return {
    ...{ name, title, source, images, groups, size },
    dropped: dropped.length,
    split: split === null ? null : await readSplitFacts(split),
    transferTraining: await readTransferTraining(only('transfer', transferCurves ?? []), transfer),
    evaluation: {
      ...evaluation,
      models: evaluation.models.map((model) => ({ ...model, start: startName(model, transfer) })),
    },
    trials: await Promise.all(
      members.trials.map(async ({ path, axes }) => ({
        model: labelOf(axes, evaluation),
        ...(await readTrials(path)),
      })),
    ),
    fineTuning: await Promise.all(
      members.curves.map(({ path, axes }) =>
        readFineTuning(path, { model: labelOf(axes, evaluation), seed: axes.seed }),
      ),
    ),
    preTraining: await Promise.all(
      members.pretraining.map(({ path, axes }) => readPreTraining(path, startName(axes, transfer), axes.seed)),
    ),
    pairs: await Promise.all(
      members.pairs.map(async ({ path, axes }) => ({
        start: startName(axes, transfer) + (severalMethods ? `, ${axes.pretraining}` : ''),
        picture: await readPicture(path),
      })),
    ),
    audit: audit === null ? null : await readAuditFindings(audit, await pictureIn(auditPicture)),
    explanations: await Promise.all(
      members.explanations.map(async ({ path, axes }) =>
        readPicturedExplanation(path, labelOf(axes, evaluation), await pictureIn(pictureOf(axes) ?? null)),
      ),
    ),
  };
}

/** The path of the one member; null without one. Throws if there are several. */
function only(name: string, members: readonly { readonly path: string; readonly axes: object }[]): string | null {
  const [first, ...others] = members;
  if (first === undefined) return null;
  if (others.length === 0) return first.path;
  const axes = JSON.stringify(first.axes);
  throw new Error(`The input "${name}" has ${members.length} members where one is expected; the first is ${axes}.`);
}

const pictureIn = async (path: string | null): Promise<EmbeddedPicture | null> =>
  path === null ? null : readPicture(path);

async function readSharedImages({ shared, 'shared-picture': picture }: Inputs): Promise<Study['shared']> {
  return shared === null ? null : readSharedFindings(shared, await pictureIn(picture));
}

/** The axis value, spelt as the page spells the transfer start. */
const startName = ({ start }: Cell, transfer: string): string =>
  start.toLowerCase() === transfer.toLowerCase() ? transfer : start;

const sameCell = (one: Cell, other: Cell): boolean =>
  one.start === other.start && one.pretraining === other.pretraining;

/** The label that the evaluation gives to a cell. */
function labelOf(cell: Cell, { models }: Evaluation): string {
  const found = models.find((model) => sameCell(model, cell));
  if (found !== undefined) return found.model;
  throw new Error(`metrics.json has no model of the start ${cell.start} with the pre-training ${cell.pretraining}.`);
}
