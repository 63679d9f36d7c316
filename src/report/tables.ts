/** The same numbers for other tools: one long table, as CSV and JSON, and a Markdown page. */
import type { Results } from '../formats/results.ts';
import { caveatsOf } from './caveat.ts';
import { comparisonTables, csvOfRows, resultRows } from './comparison-tables.ts';
import { inert } from './markdown.ts';
import { planningOf, planningSentences } from './planning.ts';
import type { DatasetResults, Study } from './study.ts';
import { baselineName } from './baseline.ts';
import { verdictOf } from './verdict.ts';

export const renderCsv = (study: Study): string => csvOfRows(resultRows(study.datasets));

/** `version` is that of this layout. */
export function renderJson(study: Study): string {
  const datasets = study.datasets.map((dataset) => ({
    name: dataset.name,
    title: dataset.title,
    verdict: verdictOf(dataset, study.metric),
    caveats: caveatsOf(dataset, study.provenance),
    planning: planningOf(dataset, study.metric, study.provenance),
    evaluation: dataset.evaluation,
  }));
  const { title, transfer, metric } = study;
  const results: Results = { version: 2, title, transfer, metric, datasets, results: resultRows(study.datasets) };
  return `${JSON.stringify(results, null, 2)}\n`;
}

export function renderMarkdown(study: Study): string {
  return `# ${inert(study.title)}\n\n${study.datasets.map((dataset) => markdownOf(dataset, study)).join('\n')}`;
}

function markdownOf(dataset: DatasetResults, { metric, provenance }: Study): string {
  const { evaluation, title } = dataset;
  const verdict = verdictOf(dataset, metric);
  return [
    `## ${inert(title)}`,
    '',
    inert(verdict.best),
    '',
    inert(verdict.effect),
    '',
    ...caveatsOf(dataset, provenance).flatMap((caveat) => [`> **Before you believe this:** ${caveat}`, '']),
    ...comparisonTables(dataset, [{ name: baselineName(evaluation), test: evaluation.majority.test }]),
    '',
    ...planningSentences(planningOf(dataset, metric, provenance)).flatMap((sentence) => [`- ${inert(sentence)}`]),
    '',
  ].join('\n');
}
