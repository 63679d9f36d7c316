/** The numbers of a study for other tools: one long table as CSV, and a Markdown page. */
import { comparisonTables, csvOfRows, resultRows } from '../comparison-tables.ts';
import { inert } from '../markdown.ts';
import { verdictOf } from '../verdict.ts';
import type { TaskDataset, TaskEvaluation, TaskStudy } from './study.ts';

export const renderTaskCsv = ({ datasets }: TaskStudy<TaskDataset>): string =>
  csvOfRows(resultRows(datasets.map(({ about, evaluation }) => ({ name: about.name, evaluation }))));

/** `furtherOf` gives more lines behind the verdict of a data set. */
export function renderTaskMarkdown<Own extends TaskDataset>(
  { title, datasets, metric }: TaskStudy<Own>,
  furtherOf: (dataset: Own) => readonly string[],
): string {
  const parts = datasets.map((dataset) => {
    const verdict = verdictOf(dataset, metric);
    return [
      `## ${inert(dataset.title)}`,
      '',
      inert(verdict.best),
      '',
      inert(verdict.effect),
      '',
      ...furtherOf(dataset).flatMap((line) => [inert(line), '']),
      ...comparisonTables(dataset, dataset.evaluation.baselines),
      '',
    ].join('\n');
  });
  return `# ${inert(title)}\n\n${parts.join('\n')}`;
}

/** The fields of `results.json` that every task has. */
export function jsonOf<Evaluation extends TaskEvaluation, Own extends TaskDataset<Evaluation>, More extends object>(
  { title, metric, datasets }: TaskStudy<Own & { readonly evaluation: Evaluation }>,
  moreOf: (dataset: Own) => More,
) {
  return {
    version: 1 as const,
    title,
    metric,
    datasets: datasets.map((dataset) => ({
      name: dataset.about.name,
      title: dataset.title,
      verdict: verdictOf(dataset, metric),
      ...moreOf(dataset),
      evaluation: dataset.evaluation,
    })),
  };
}
