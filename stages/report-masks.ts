/**
 * Puts all results of a study of masks on one page. Members of the inputs belong together if they have the same axis
 * `dataset`, or none of them has it.
 */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readSegmentationCurves } from '../src/formats/curves.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { readEvaluation } from '../src/formats/evaluation.ts';
import {
  MASK_METRIC_NAMES,
  readSegmentationEvaluation,
  type SegmentationEvaluation,
} from '../src/formats/segmentation-evaluation.ts';
import { readSplitSummary } from '../src/formats/split-summary.ts';
import { readSegmentationTrials } from '../src/formats/trials.ts';
import type { Cell } from '../src/learn/eval/runs.ts';
import {
  renderMaskCsv,
  renderMaskHtml,
  renderMaskJson,
  renderMaskMarkdown,
  type ClassOrder,
  type MaskDataset,
} from '../src/report/masks/index.ts';
import { readPicture } from '../src/report/reading/index.ts';
import { defineStage, gathered, optional, output, type InputValues } from '../src/stage/index.ts';

/** Present if the pipeline has several data sets. */
const DATASET = { dataset: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])) };
const OF_CELL = { ...DATASET, start: Type.String(), pretraining: Type.String() };
const OF_RUN = { ...OF_CELL, seed: Type.Number() };

const INPUTS = {
  /** `metrics.json` of evaluate-masks. */
  metrics: gathered(DATASET),
  /** `overlays.png` of evaluate-masks. */
  overlays: gathered(DATASET),
  /** `dataset.json`. */
  datasets: gathered(DATASET),
  /** `split.json`. */
  splits: gathered(DATASET),
  /** `curves.json` of finetune-masks. */
  curves: gathered(OF_RUN),
  /** `trials.json` of select-masks. */
  trials: optional(gathered(OF_CELL)),
  /** `metrics.json` of evaluate in a study of classes of the same data sets: is the order of the starts the same? */
  classes: optional(gathered(DATASET)),
};

type Inputs = InputValues<typeof INPUTS>;
interface Axes {
  readonly dataset?: unknown;
}

const RENDERERS = { html: renderMaskHtml, json: renderMaskJson, csv: renderMaskCsv, markdown: renderMaskMarkdown };

export default defineStage({
  inputs: INPUTS,
  params: Type.Object({
    /** The title of the page. */
    title: Type.String({ default: 'Which start should I fine-tune for masks?' }),
    /** The start of M3 and M4, in words: "ImageNet", "fractal". */
    transfer: Type.String({ minLength: 1 }),
    /** The metric of the answer. */
    metric: Type.Union(
      MASK_METRIC_NAMES.map((name) => Type.Literal(name)),
      { default: 'dice' },
    ),
    /** Command lines that make the page again. */
    rerun: Type.Array(Type.String(), { default: ['npm ci', 'npx pipeline run'] }),
  }),
  outputs: { html: output, json: output, csv: output, markdown: output },
  run: async ({ inputs, params, outputs, stage }) => {
    const { transfer, ...shown } = params;
    const datasets = await Promise.all(
      inputs.metrics.map(({ path, axes }) => readMaskDataset(path, axes, inputs, transfer)),
    );
    const provenance = stage.lineage.map((entry) => ({
      ...entry,
      peakMemoryBytes: entry.peakMemoryBytes ?? null,
      audit: entry.audit ?? null,
    }));
    for (const [name, render] of Object.entries(RENDERERS))
      await writeFile(outputs[name as keyof typeof RENDERERS], render({ ...shown, datasets, provenance }));
  },
});

async function readMaskDataset(metrics: string, axes: Axes, inputs: Inputs, transfer: string): Promise<MaskDataset> {
  const own = <M extends { readonly axes: Axes }>(members: readonly M[] | null): readonly M[] =>
    (members ?? []).filter((member) => member.axes.dataset === axes.dataset);
  const only = (name: 'datasets' | 'splits' | 'overlays'): string => {
    const [found, ...others] = own<{ readonly path: string; readonly axes: Axes }>(inputs[name]);
    if (found !== undefined && others.length === 0) return found.path;
    throw new Error(
      `The input "${name}" has ${others.length + (found ? 1 : 0)} members for ${metrics}; one is expected.`,
    );
  };
  const evaluation = await readSegmentationEvaluation(metrics);
  const about = await readDataset(only('datasets'));
  const spelled = <C extends Cell>(cell: C): C =>
    cell.start.toLowerCase() === transfer.toLowerCase() ? { ...cell, start: transfer } : cell;
  const labelOf = (cell: Cell): string => modelOf(cell, evaluation);
  return {
    title: about.title,
    about,
    split: await readSplitSummary(only('splits')),
    evaluation: { ...evaluation, models: evaluation.models.map(spelled) },
    overlays: await readPicture(only('overlays')),
    fineTuning: await Promise.all(
      own(inputs.curves).map(async ({ path, axes: run }) => ({
        model: labelOf(run),
        seed: run.seed,
        epochs: (await readSegmentationCurves(path)).epochs,
      })),
    ),
    trials: await Promise.all(
      own(inputs.trials).map(async ({ path, axes: cell }) => ({
        model: labelOf(cell),
        ...(await readSegmentationTrials(path)),
      })),
    ),
    classes: await readClassOrder(own(inputs.classes)[0]?.path),
  };
}

/** The label that the evaluation gives to a cell. */
function modelOf({ start, pretraining }: Cell, { models }: SegmentationEvaluation): string {
  const found = models.find((model) => model.start === start && model.pretraining === pretraining);
  if (found !== undefined) return found.model;
  throw new Error(`metrics.json has no model of the start ${start} with the pre-training ${pretraining}.`);
}

const CLASS_METRIC = 'balancedAccuracy';

async function readClassOrder(path: string | undefined): Promise<ClassOrder | null> {
  if (path === undefined) return null;
  const { models } = await readEvaluation(path);
  const scores = models.flatMap(({ model, summary }) => {
    const mean = summary.test[CLASS_METRIC]?.mean ?? null;
    return mean === null ? [] : [[model, mean] as const];
  });
  return { metric: CLASS_METRIC, scores: new Map(scores) };
}
