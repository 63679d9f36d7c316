/** The numbers of a study of boxes for other tools: JSON, one long table as CSV, and a Markdown page. */
import type { DetectionResults } from '../../formats/detection-results.ts';
import { jsonOf, renderTaskCsv, renderTaskMarkdown } from '../task/exports.ts';
import type { BoxStudy } from './study.ts';

export const renderBoxCsv = (study: BoxStudy): string => renderTaskCsv(study);

export function renderBoxJson(study: BoxStudy): string {
  const results: DetectionResults = jsonOf(study, () => ({}));
  return `${JSON.stringify(results, null, 2)}\n`;
}

export const renderBoxMarkdown = (study: BoxStudy): string => renderTaskMarkdown(study, () => []);
