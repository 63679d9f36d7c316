/** The numbers of a study of masks for other tools: JSON, one long table as CSV, and a Markdown page. */
import type { SegmentationResults } from '../../formats/segmentation-results.ts';
import { jsonOf, renderTaskCsv, renderTaskMarkdown } from '../task/exports.ts';
import { compareOrders, orderSentence } from './order.ts';
import type { MaskDataset, MaskStudy } from './study.ts';

export const renderMaskCsv = (study: MaskStudy): string => renderTaskCsv(study);

export function renderMaskJson(study: MaskStudy): string {
  const results: SegmentationResults = jsonOf(study, (dataset) => ({ order: orderOf(dataset, study.metric) }));
  return `${JSON.stringify(results, null, 2)}\n`;
}

export const renderMaskMarkdown = (study: MaskStudy): string =>
  renderTaskMarkdown(study, (dataset) => [orderOf(dataset, study.metric)].filter((line) => line !== null));

function orderOf(dataset: MaskDataset, metric: string): string | null {
  const order = compareOrders(dataset, metric);
  return order === null || dataset.classes === null ? null : orderSentence(order, metric, dataset.classes.metric);
}
