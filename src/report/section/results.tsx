/** 3. The numbers: every metric with its spread and interval, differences, and the paper's own table beside ours. */
import type { JSX } from 'preact';
import { cannotTell, differenceOf } from '../difference.ts';
import { fixed, signed } from '../format.ts';
import { metricWords } from '../metric.ts';
import { fullName, modelWords } from '../model.ts';
import { PAPER_DATASETS } from '../paper.ts';
import { DataTable, Estimate, estimated, Name, Section } from '../parts.tsx';
import type { DatasetResults, Study } from '../study.ts';
import { BesidePaper, PaperAsAWhole } from './beside-paper.tsx';
import { Probes } from './probes.tsx';

export function ResultsSection({ study }: { readonly study: Study }): JSX.Element {
  const comparable = study.datasets.some(({ name }) => PAPER_DATASETS.includes(name));
  return (
    <Section id="results" title="Results on the test part">
      {study.datasets.map((dataset) => (
        <DatasetTables key={dataset.name} dataset={dataset} transfer={study.transfer} />
      ))}
      {comparable && <PaperAsAWhole />}
    </Section>
  );
}

function DatasetTables({
  dataset,
  transfer,
}: {
  readonly dataset: DatasetResults;
  readonly transfer: string;
}): JSX.Element {
  const { title, evaluation } = dataset;
  const { metrics, models, majority } = evaluation;
  const words = metrics.map(metricWords);
  return (
    <article>
      <h3>
        <Name>{title}</Name>
      </h3>
      <DataTable
        label={`Test metrics on ${title}`}
        head={['model', ...words.map(({ short, better }) => `${short} ${better === 'higher' ? '↑' : '↓'}`)]}
        rows={[
          ...models.map(({ model, summary }) => [
            fullName(modelWords(model, transfer)),
            ...metrics.map((metric, i) => (
              <Estimate key={metric} {...estimated(summary.test[metric], words[i]!.digits)} />
            )),
          ]),
          [
            <>
              majority class (<Name>{majority.class}</Name>)
            </>,
            ...metrics.map((metric, i) => fixed(majority.test[metric] ?? null, words[i]!.digits)),
          ],
        ]}
      />
      <p class="note">
        Mean ± standard deviation over seeds, below it the {Math.round(100 * evaluation.bootstrap.level)} % interval. ↑
        higher is better, ↓ lower is better. The last row has seen no image.
      </p>
      <Differences dataset={dataset} against="M1" transfer={transfer} />
      <Differences dataset={dataset} against="M3" transfer={transfer} />
      {evaluation.differences.length > 0 && (
        <p class="note">
          No interval is widened for being one of many: where no start differs from another, about{' '}
          {Math.round(100 * (1 - evaluation.bootstrap.level))} of a hundred differences would still be called better or
          worse. A pattern says more than a cell. The model with the best score was found by these test images, so its
          score leans to the good side.
        </p>
      )}
      <Probes dataset={dataset} transfer={transfer} />
      <BesidePaper dataset={dataset} transfer={transfer} />
      <details>
        <summary>Scores of each class</summary>
        <DataTable
          label={`Scores of each class on ${title}`}
          head={['model', 'class', 'images', 'precision', 'recall', 'F1', 'AUC', 'avg. prec.']}
          texts={[0, 1]}
          rows={models.flatMap(({ model, byClass }) =>
            byClass.map((row) => [
              model,
              <Name key="name">{row.class}</Name>,
              String(row.images),
              fixed(row.precision, 3),
              fixed(row.recall, 3),
              fixed(row.f1, 3),
              fixed(row.auc, 3),
              fixed(row.averagePrecision, 3),
            ]),
          )}
        />
      </details>
    </article>
  );
}

function Differences({
  dataset,
  against,
  transfer,
}: {
  readonly dataset: DatasetResults;
  readonly against: string;
  readonly transfer: string;
}): JSX.Element | null {
  const { evaluation, title } = dataset;
  const others = evaluation.models.filter(
    ({ model }) => model !== against && differenceOf(evaluation, model, against, evaluation.metrics[0]!) !== null,
  );
  if (others.length === 0) return null;
  const words = evaluation.metrics.map(metricWords);
  return (
    <>
      <h4>Difference to {fullName(modelWords(against, transfer))}</h4>
      <DataTable
        label={`Differences to ${against} on ${title}`}
        head={['model', ...words.map(({ short }) => short)]}
        rows={others.map(({ model }) => [
          fullName(modelWords(model, transfer)),
          ...evaluation.metrics.map((metric, i) => {
            const difference = differenceOf(evaluation, model, against, metric)!;
            const { digits, better } = words[i]!;
            const open = cannotTell(difference);
            const verdict = open ? 'cannot tell' : difference.mean! > 0 === (better === 'higher') ? 'better' : 'worse';
            return (
              <Estimate
                key={metric}
                main={signed(difference.mean, digits)}
                interval={`[${signed(difference.low, digits)}, ${signed(difference.high, digits)}]`}
                verdict={verdict}
              />
            );
          }),
        ])}
      />
    </>
  );
}
