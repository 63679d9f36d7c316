/** The common part of the reports on masks and boxes: the files of each data set, put together. */
import { Type, type TSchema } from '@sinclair/typebox';
import { readDataset } from '../../src/formats/dataset.ts';
import { readSplitSummary } from '../../src/formats/split-summary.ts';
import type { Cell } from '../../src/learn/eval/runs.ts';
import { readPicture } from '../../src/report/reading/index.ts';
import type { TaskDataset, TaskEpoch, TaskEvaluation, TaskTrial } from '../../src/report/task/study.ts';
import { gathered, optional, output, type Stage } from '../../src/stage/index.ts';

/** Present if the pipeline has several data sets. */
export const DATASET = { dataset: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])) };
const OF_CELL = { ...DATASET, start: Type.String(), pretraining: Type.String() };
const OF_RUN = { ...OF_CELL, seed: Type.Number() };

export const TASK_REPORT_INPUTS = {
  /** `metrics.json` of the evaluation. */
  metrics: gathered(DATASET),
  /** The pictures of the evaluation. */
  pictures: gathered(DATASET),
  /** `dataset.json`. */
  datasets: gathered(DATASET),
  /** `split.json`. */
  splits: gathered(DATASET),
  /** `curves.json` of the fine-tuning. */
  curves: gathered(OF_RUN),
  /** `trials.json` of the choice. */
  trials: optional(gathered(OF_CELL)),
};

export const TASK_REPORT_OUTPUTS = { html: output, json: output, csv: output, markdown: output };

export const taskReportParams = <Metric extends TSchema>(title: string, metric: Metric) => ({
  /** The title of the page. */
  title: Type.String({ default: title }),
  /** The start of M3 and M4, in words: "ImageNet", "fractal". */
  transfer: Type.String({ minLength: 1 }),
  /** The metric of the answer. */
  metric,
  /** Command lines that make the page again. */
  rerun: Type.Array(Type.String(), { default: ['npm ci', 'npx pipeline run'] }),
});

interface Member<Axes = object> {
  readonly path: string;
  readonly axes: Axes & { readonly dataset?: unknown };
}

interface Inputs {
  readonly metrics: readonly Member[];
  readonly pictures: readonly Member[];
  readonly datasets: readonly Member[];
  readonly splits: readonly Member[];
  readonly curves: readonly Member<Cell & { readonly seed: number }>[];
  readonly trials: readonly Member<Cell>[] | null;
}

interface Readers<Evaluation, Epoch, Tried> {
  readonly evaluation: (path: string) => Promise<Evaluation>;
  readonly curves: (path: string) => Promise<{ readonly epochs: readonly Epoch[] }>;
  readonly trials: (path: string) => Promise<{ readonly trials: readonly Tried[]; readonly chosen: number }>;
}

/** The members with the same axis `dataset`; all of them if none has it. */
export const membersOf = <M extends Member>(members: readonly M[] | null, { axes }: Member): readonly M[] =>
  (members ?? []).filter((member) => member.axes.dataset === axes.dataset);

/** One data set for each member of `metrics`. `transfer` spells the start of that name. */
export function readTaskDatasets<Evaluation extends TaskEvaluation, Epoch extends TaskEpoch, Tried extends TaskTrial>(
  inputs: Inputs,
  transfer: string,
  read: Readers<Evaluation, Epoch, Tried>,
): Promise<TaskDataset<Evaluation, Epoch, Tried>[]> {
  return Promise.all(
    inputs.metrics.map(async (member) => {
      const only = (name: 'datasets' | 'splits' | 'pictures'): string => {
        const [found, ...others] = membersOf(inputs[name], member);
        if (found !== undefined && others.length === 0) return found.path;
        throw new Error(
          `The input "${name}" has ${others.length + (found ? 1 : 0)} members for ${member.path}; one is expected.`,
        );
      };
      const evaluation = await read.evaluation(member.path);
      const about = await readDataset(only('datasets'));
      const spelled = <C extends Cell>(cell: C): C =>
        cell.start.toLowerCase() === transfer.toLowerCase() ? { ...cell, start: transfer } : cell;
      return {
        title: about.title,
        about,
        split: await readSplitSummary(only('splits')),
        evaluation: { ...evaluation, models: evaluation.models.map(spelled) },
        pictures: await readPicture(only('pictures')),
        fineTuning: await Promise.all(
          membersOf(inputs.curves, member).map(async ({ path, axes }) => ({
            model: modelOf(axes, evaluation),
            seed: axes.seed,
            epochs: (await read.curves(path)).epochs,
          })),
        ),
        trials: await Promise.all(
          membersOf(inputs.trials, member).map(async ({ path, axes }) => ({
            model: modelOf(axes, evaluation),
            ...(await read.trials(path)),
          })),
        ),
      };
    }),
  );
}

/** The label that the evaluation gives to a cell. */
function modelOf({ start, pretraining }: Cell, { models }: TaskEvaluation): string {
  const found = models.find((model) => model.start === start && model.pretraining === pretraining);
  if (found !== undefined) return found.model;
  throw new Error(`metrics.json has no model of the start ${start} with the pre-training ${pretraining}.`);
}

/** Every execution behind the results, as the page shows them. */
export const provenanceOf = ({ lineage }: Pick<Stage, 'lineage'>) =>
  lineage.map((entry) => ({ ...entry, peakMemoryBytes: entry.peakMemoryBytes ?? null, audit: entry.audit ?? null }));
