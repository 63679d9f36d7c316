/**
 * Puts all results of a study of boxes and landmarks on one page. Members of the inputs belong together if they have
 * the same axis `dataset`, or none of them has it.
 */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readDetectionCurves } from '../src/formats/curves.ts';
import { BOX_METRIC_NAMES, readDetectionEvaluation } from '../src/formats/detection-evaluation.ts';
import { readDetectionTrials } from '../src/formats/trials.ts';
import { renderBoxCsv, renderBoxHtml, renderBoxJson, renderBoxMarkdown } from '../src/report/boxes/index.ts';
import { defineStage } from '../src/stage/index.ts';
import {
  provenanceOf,
  readTaskDatasets,
  TASK_REPORT_INPUTS,
  TASK_REPORT_OUTPUTS,
  taskReportParams,
} from './shared/task-report.ts';

const RENDERERS = { html: renderBoxHtml, json: renderBoxJson, csv: renderBoxCsv, markdown: renderBoxMarkdown };

export default defineStage({
  inputs: TASK_REPORT_INPUTS,
  params: Type.Object(
    taskReportParams(
      'Which start should I fine-tune for boxes?',
      /** By default AP50, or the distance where a data set has landmarks alone. */
      Type.Optional(Type.Union(BOX_METRIC_NAMES.map((name) => Type.Literal(name)))),
    ),
  ),
  outputs: TASK_REPORT_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const { transfer, ...shown } = params;
    const datasets = await readTaskDatasets(inputs, transfer, {
      evaluation: readDetectionEvaluation,
      curves: readDetectionCurves,
      trials: readDetectionTrials,
    });
    const hasBoxes = datasets.every(({ evaluation }) => evaluation.metrics.includes('ap50'));
    const metric = params.metric ?? (hasBoxes ? 'ap50' : 'distance');
    for (const [name, render] of Object.entries(RENDERERS))
      await writeFile(
        outputs[name as keyof typeof RENDERERS],
        render({ ...shown, metric, datasets, provenance: provenanceOf(stage) }),
      );
  },
});
