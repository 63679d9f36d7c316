/** The differences that the study asks about: intervals, p-values, and the size of a study that tells more. */
import type { JSX } from 'preact';
import { certaintyOf, contrastsIn, type AskedContrast } from '../contrast.ts';
import { fixed, signed } from '../format.ts';
import { metricWords, type MetricWords } from '../metric.ts';
import { modelWords } from '../model.ts';
import { DataTable, Estimate } from '../parts.tsx';
import { planningOf, planningSentences } from '../planning.ts';
import type { ComparedDataset } from '../compared.ts';
import type { DatasetResults, Study } from '../study.ts';
import { at } from '../../util/known.ts';

export function Contrasts({
  dataset,
  metric,
  provenance,
}: {
  readonly dataset: DatasetResults;
  readonly metric: string;
  readonly provenance: Study['provenance'];
}): JSX.Element | null {
  const { evaluation } = dataset;
  if (evaluation.contrasts.length === 0) return null;
  const percent = Math.round(100 * evaluation.bootstrap.level);
  return (
    <>
      <h4>Differences that the study asks about</h4>
      <ContrastsOfMetric dataset={dataset} metric={metric} />
      <p class="note">
        p-values and intervals come from one paired bootstrap over groups and seeds. The adjusted p-value (Holm) holds
        for all of these differences together. The simultaneous intervals (Bonferroni) hold all true differences at once
        in {percent} of 100 studies. Every metric is a family of its own. The model with the best score was found by
        these test images, so its score leans to the good side.
      </p>
      <details>
        <summary>All metrics</summary>
        <ContrastsOfAllMetrics dataset={dataset} />
      </details>
      <Plans dataset={dataset} metric={metric} provenance={provenance} />
    </>
  );
}

export function ContrastsOfMetric({
  dataset,
  metric,
}: {
  readonly dataset: ComparedDataset;
  readonly metric: string;
}): JSX.Element {
  const { title, evaluation } = dataset;
  const words = metricWords(metric);
  const { digits } = words;
  const interval = ({ low, high }: { readonly low: number | null; readonly high: number | null }) =>
    `[${signed(low, digits)}, ${signed(high, digits)}]`;
  return (
    <DataTable
      label={`Declared differences in ${words.name} on ${title}`}
      head={['difference', 'question', words.short, 'interval', 'simultaneous', 'p', 'adjusted p', 'verdict']}
      texts={[0, 1]}
      rows={contrastsIn(evaluation, metric).map((contrast) => [
        pairName(contrast, evaluation.models),
        contrast.note,
        signed(contrast.difference.mean, digits),
        interval(contrast.difference),
        interval(contrast.difference.simultaneous),
        pText(contrast.difference.p),
        pText(contrast.difference.adjusted),
        verdictOf(contrast.difference, words, evaluation.bootstrap.level),
      ])}
    />
  );
}

export function ContrastsOfAllMetrics({
  dataset: { title, evaluation },
}: {
  readonly dataset: ComparedDataset;
}): JSX.Element {
  const words = evaluation.metrics.map(metricWords);
  const columns = evaluation.metrics.map((metric) => contrastsIn(evaluation, metric));
  return (
    <DataTable
      label={`Declared differences in all metrics on ${title}`}
      head={['difference', ...words.map(({ short }) => short)]}
      rows={(columns[0] ?? []).map((contrast, row) => [
        pairName(contrast, evaluation.models),
        ...columns.map((column, i) => {
          const difference = column[row]?.difference;
          const { digits } = at(words, i);
          if (difference === undefined) return '';
          return (
            <Estimate
              key={i}
              main={signed(difference.mean, digits)}
              interval={`[${signed(difference.low, digits)}, ${signed(difference.high, digits)}]`}
              verdict={verdictOf(difference, at(words, i), evaluation.bootstrap.level)}
            />
          );
        }),
      ])}
    />
  );
}

function Plans({
  dataset,
  metric,
  provenance,
}: {
  readonly dataset: DatasetResults;
  readonly metric: string;
  readonly provenance: Study['provenance'];
}): JSX.Element | null {
  const sentences = planningSentences(planningOf(dataset, metric, provenance));
  if (sentences.length === 0) return null;
  return (
    <>
      <h4>A study that tells more</h4>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="note">
        “To tell” means that the interval of the difference excludes 0 in 80 of 100 studies. The numbers come from the
        spread between seeds and between test groups in this study, so few seeds give a rough plan. Hours are those of
        all models on this machine.
      </p>
    </>
  );
}

const pairName = ({ model, against }: AskedContrast, cells: Parameters<typeof modelWords>[1]): string =>
  `${modelWords(model, cells).name} − ${modelWords(against, cells).name}`;

const pText = (p: number | null): string => (p !== null && p < 0.001 ? '< 0.001' : fixed(p, 3));

function verdictOf(difference: AskedContrast['difference'], { better }: MetricWords, level: number): string {
  const certainty = certaintyOf(difference, level);
  if (certainty === 'open') return 'cannot tell';
  const verdict =
    better === 'zero' ? 'differs' : (difference.mean ?? 0) > 0 === (better === 'higher') ? 'better' : 'worse';
  return certainty === 'adjusted' ? verdict : `${verdict}, unadjusted`;
}
