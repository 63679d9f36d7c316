/** The numbers of a study of masks for other tools: JSON, one long table as CSV, and a Markdown page. */
import type { SegmentationResults } from '../../formats/segmentation-results.ts';
import { comparisonTables, csvOfRows, resultRows } from '../comparison-tables.ts';
import { inert } from '../markdown.ts';
import { verdictOf } from '../verdict.ts';
import { compareOrders, orderSentence } from './order.ts';
import type { MaskDataset, MaskStudy } from './study.ts';

const named = ({ datasets }: MaskStudy) => datasets.map(({ about, evaluation }) => ({ name: about.name, evaluation }));

export const renderMaskCsv = (study: MaskStudy): string => csvOfRows(resultRows(named(study)));

export function renderMaskJson(study: MaskStudy): string {
  const { title, metric } = study;
  const results: SegmentationResults = {
    version: 1,
    title,
    metric,
    datasets: study.datasets.map((dataset) => ({
      name: dataset.about.name,
      title: dataset.title,
      verdict: verdictOf(dataset, metric),
      order: orderOf(dataset, metric),
      evaluation: dataset.evaluation,
    })),
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}

export function renderMaskMarkdown(study: MaskStudy): string {
  return `# ${inert(study.title)}\n\n${study.datasets.map((dataset) => markdownOf(dataset, study.metric)).join('\n')}`;
}

function markdownOf(dataset: MaskDataset, metric: string): string {
  const verdict = verdictOf(dataset, metric);
  const order = orderOf(dataset, metric);
  return [
    `## ${inert(dataset.title)}`,
    '',
    inert(verdict.best),
    '',
    inert(verdict.effect),
    '',
    ...(order === null ? [] : [inert(order), '']),
    ...comparisonTables(dataset, dataset.evaluation.baselines),
    '',
  ].join('\n');
}

function orderOf(dataset: MaskDataset, metric: string): string | null {
  const order = compareOrders(dataset, metric);
  return order === null || dataset.classes === null ? null : orderSentence(order, metric, dataset.classes.metric);
}
