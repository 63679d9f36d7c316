/**
 * Puts all results of a study of masks on one page. Members of the inputs belong together if they have the same axis
 * `dataset`, or none of them has it.
 */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readSegmentationCurves } from '../src/formats/curves.ts';
import { readEvaluation } from '../src/formats/evaluation.ts';
import { MASK_METRIC_NAMES, readSegmentationEvaluation } from '../src/formats/segmentation-evaluation.ts';
import { readSegmentationTrials } from '../src/formats/trials.ts';
import {
  renderMaskCsv,
  renderMaskHtml,
  renderMaskJson,
  renderMaskMarkdown,
  type ClassOrder,
} from '../src/report/masks/index.ts';
import { defineStage, gathered, optional } from '../src/stage/index.ts';
import { at } from '../src/util/known.ts';
import {
  DATASET,
  membersOf,
  provenanceOf,
  readTaskDatasets,
  TASK_REPORT_INPUTS,
  TASK_REPORT_OUTPUTS,
  taskReportParams,
} from './shared/task-report.ts';

const RENDERERS = { html: renderMaskHtml, json: renderMaskJson, csv: renderMaskCsv, markdown: renderMaskMarkdown };

export default defineStage({
  inputs: {
    ...TASK_REPORT_INPUTS,
    /** `metrics.json` of evaluate in a study of classes of the same data sets: is the order of the starts the same? */
    classes: optional(gathered(DATASET)),
  },
  params: Type.Object(
    taskReportParams(
      'Which start should I fine-tune for masks?',
      Type.Union(
        MASK_METRIC_NAMES.map((name) => Type.Literal(name)),
        { default: 'dice' },
      ),
    ),
  ),
  outputs: TASK_REPORT_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const { transfer, ...shown } = params;
    const read = await readTaskDatasets(inputs, transfer, {
      evaluation: readSegmentationEvaluation,
      curves: readSegmentationCurves,
      trials: readSegmentationTrials,
    });
    const datasets = await Promise.all(
      read.map(async (dataset, i) => {
        const [classes] = membersOf(inputs.classes, at(inputs.metrics, i));
        return { ...dataset, classes: await readClassOrder(classes?.path) };
      }),
    );
    for (const [name, render] of Object.entries(RENDERERS))
      await writeFile(
        outputs[name as keyof typeof RENDERERS],
        render({ ...shown, datasets, provenance: provenanceOf(stage) }),
      );
  },
});

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
