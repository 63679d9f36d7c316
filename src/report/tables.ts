/** The same numbers for other tools: one long table, as CSV and JSON, and a Markdown page. */
import { csvFormat } from 'd3-dsv';
import type { ResultRow, Results } from '../formats/results.ts';
import { caveatsOf } from './caveat.ts';
import { certaintyOf } from './contrast.ts';
import { cannotTell } from './difference.ts';
import { fixed, signed } from './format.ts';
import { inert, table } from './markdown.ts';
import { betterArrow, metricWords } from './metric.ts';
import { fullName, modelWords } from './model.ts';
import { planningOf, planningSentences } from './planning.ts';
import type { DatasetResults, Study } from './study.ts';
import { verdictOf } from './verdict.ts';

const COLUMNS = [
  'dataset',
  'model',
  'start',
  'pretraining',
  'against',
  'metric',
  'mean',
  'sd',
  'low',
  'high',
  'p',
  'adjusted',
  'seeds',
  'testImages',
  'testGroups',
] as const satisfies readonly (keyof ResultRow)[];

function resultRows(study: Study): ResultRow[] {
  return study.datasets.flatMap(({ name, evaluation }) => {
    const common = {
      dataset: name,
      seeds: evaluation.seeds.length,
      testImages: evaluation.counts.test.images,
      testGroups: evaluation.counts.test.groups,
    };
    const untested = { p: null, adjusted: null };
    const models = evaluation.models.flatMap(({ model, start, pretraining, summary }) =>
      evaluation.metrics.map((metric) => ({
        ...{ ...common, model, start, pretraining, against: '', metric, ...untested },
        ...summary.test[metric]!,
      })),
    );
    const pairs = evaluation.differences.flatMap(({ model, against, metrics }) => {
      const cell = evaluation.models.find((each) => each.model === model)!;
      const asked = evaluation.contrasts.find((each) => each.model === model && each.against === against);
      return evaluation.metrics.map((metric) => {
        const { p, adjusted } = asked?.metrics[metric] ?? untested;
        return {
          ...{ ...common, model, start: cell.start, pretraining: cell.pretraining, against, metric, sd: null },
          ...metrics[metric]!,
          ...{ p, adjusted },
        };
      });
    });
    return [...models, ...pairs];
  });
}

/**
 * A number that is not defined is an empty cell. A name that a spreadsheet would take for a formula gets an apostrophe.
 */
export function renderCsv(study: Study): string {
  return `${csvFormat(
    resultRows(study).map((row) => ({
      ...row,
      dataset: noFormula(row.dataset),
      model: noFormula(row.model),
      start: noFormula(row.start),
      pretraining: noFormula(row.pretraining),
      against: noFormula(row.against),
      mean: row.mean ?? '',
      sd: row.sd ?? '',
      low: row.low ?? '',
      high: row.high ?? '',
      p: row.p ?? '',
      adjusted: row.adjusted ?? '',
    })),
    [...COLUMNS],
  )}\n`;
}

function noFormula(name: string): string {
  return /^[=+\-@\t\r\n]/.test(name) ? `'${name}` : name;
}

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
  const results: Results = { version: 2, title, transfer, metric, datasets, results: resultRows(study) };
  return `${JSON.stringify(results, null, 2)}\n`;
}

export function renderMarkdown(study: Study): string {
  return `# ${inert(study.title)}\n\n${study.datasets.map((dataset) => markdownOf(dataset, study)).join('\n')}`;
}

function markdownOf(dataset: DatasetResults, { metric, provenance }: Study): string {
  const { evaluation, title } = dataset;
  const { level } = evaluation.bootstrap;
  const verdict = verdictOf(dataset, metric);
  const words = evaluation.metrics.map(metricWords);
  const head = ['model', ...words.map((metric) => `${metric.short} ${betterArrow(metric)}`)];
  const models = evaluation.models.map(({ model, summary }) => [
    inert(fullName(modelWords(model, evaluation.models))),
    ...evaluation.metrics.map((name, i) => {
      const { mean, sd, low, high } = summary.test[name]!;
      const { digits } = words[i]!;
      return `${fixed(mean, digits)} ± ${fixed(sd, digits)} [${fixed(low, digits)}, ${fixed(high, digits)}]`;
    }),
  ]);
  const pairs = evaluation.contrasts.map(({ model, against, metrics }) => [
    `${inert(model)} − ${inert(against)}`,
    ...evaluation.metrics.map((name, i) => {
      const difference = metrics[name]!;
      const { digits } = words[i]!;
      return (
        `${signed(difference.mean, digits)} [${signed(difference.low, digits)}, ` +
        `${signed(difference.high, digits)}]${cannotTell(difference) ? '' : certaintyOf(difference, level) === 'adjusted' ? ' **' : ' *'}`
      );
    }),
  ]);
  const majority = [
    'majority class',
    ...evaluation.metrics.map((name, i) => fixed(evaluation.majority.test[name] ?? null, words[i]!.digits)),
  ];
  const { images, groups } = evaluation.counts.test;
  return [
    `## ${inert(title)}`,
    '',
    inert(verdict.best),
    '',
    inert(verdict.effect),
    '',
    ...caveatsOf(dataset, provenance).flatMap((caveat) => [`> **Before you believe this:** ${caveat}`, '']),
    table(head, [...models, majority]),
    '',
    table(['difference', ...head.slice(1)], pairs),
    '',
    `${images} test images of ${groups} groups, ${evaluation.seeds.length} seeds; mean ± standard deviation over ` +
      `seeds [${Math.round(100 * evaluation.bootstrap.level)} % interval]; * the interval excludes 0; ** also after Holm’s adjustment for all of these differences.`,
    '',
    ...planningSentences(planningOf(dataset, metric, provenance)).flatMap((sentence) => [`- ${inert(sentence)}`]),
    '',
  ].join('\n');
}
