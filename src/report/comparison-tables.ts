/** The same numbers for other tools, whatever the task: rows of one long table, CSV, and tables in Markdown. */
import { csvFormat } from 'd3-dsv';
import type { Evaluation } from '../formats/evaluation.ts';
import type { ResultRow } from '../formats/results.ts';
import { field } from '../util/known.ts';
import type { Compared } from './compared.ts';
import { certaintyOf } from './contrast.ts';
import { cannotTell } from './difference.ts';
import { fixed, signed } from './format.ts';
import { inert, table } from './markdown.ts';
import { betterArrow, metricWords } from './metric.ts';
import { fullName, modelWords } from './model.ts';

interface NamedEvaluation {
  readonly name: string;
  readonly evaluation: Compared & {
    readonly counts: { readonly test: Pick<Evaluation['counts']['test'], 'images' | 'groups'> };
  };
}

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

export function resultRows(datasets: readonly NamedEvaluation[]): ResultRow[] {
  return datasets.flatMap(({ name, evaluation }) => {
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
        ...field(summary.test, metric),
      })),
    );
    const pairs = evaluation.differences.flatMap(({ model, against, metrics }) => {
      const cell = evaluation.models.find((each) => each.model === model) ?? { start: '', pretraining: '' };
      const asked = evaluation.contrasts.find((each) => each.model === model && each.against === against);
      return evaluation.metrics.map((metric) => {
        const { p, adjusted } = asked?.metrics[metric] ?? untested;
        return {
          ...{ ...common, model, start: cell.start, pretraining: cell.pretraining, against, metric, sd: null },
          ...field(metrics, metric),
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
export function csvOfRows(rows: readonly ResultRow[]): string {
  return `${csvFormat(
    rows.map((row) => ({
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

/** The scores of each model and of guesses, then the declared differences; a line below says what the signs mean. */
export function comparisonTables(
  { evaluation }: Pick<NamedEvaluation, 'evaluation'>,
  guesses: readonly { readonly name: string; readonly test: Readonly<Record<string, number | null>> }[],
): string[] {
  const { metrics, models, contrasts, bootstrap, counts, seeds } = evaluation;
  const { level } = bootstrap;
  const words = metrics.map((id) => ({ id, ...metricWords(id) }));
  const head = ['model', ...words.map((metric) => `${metric.short} ${betterArrow(metric)}`)];
  const scored = models.map(({ model, summary }) => [
    inert(fullName(modelWords(model, models))),
    ...words.map(({ id, digits }) => {
      const { mean, sd, low, high } = field(summary.test, id);
      return `${fixed(mean, digits)} ± ${fixed(sd, digits)} [${fixed(low, digits)}, ${fixed(high, digits)}]`;
    }),
  ]);
  const pairs = contrasts.map(({ model, against, metrics: differences }) => [
    `${inert(model)} − ${inert(against)}`,
    ...words.map(({ id, digits }) => {
      const difference = field(differences, id);
      return (
        `${signed(difference.mean, digits)} [${signed(difference.low, digits)}, ` +
        `${signed(difference.high, digits)}]${cannotTell(difference) ? '' : certaintyOf(difference, level) === 'adjusted' ? ' **' : ' *'}`
      );
    }),
  ]);
  const guessed = guesses.map(({ name, test }) => [
    name,
    ...words.map(({ id, digits }) => fixed(test[id] ?? null, digits)),
  ]);
  return [
    table(head, [...scored, ...guessed]),
    '',
    table(['difference', ...head.slice(1)], pairs),
    '',
    `${counts.test.images} test images of ${counts.test.groups} groups, ${seeds.length} seeds; mean ± standard deviation over ` +
      `seeds [${Math.round(100 * level)} % interval]; * the interval excludes 0; ** also after Holm’s adjustment for all of these differences.`,
  ];
}
