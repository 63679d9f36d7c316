/** 3. The numbers: every metric with its spread and interval, differences, and the paper's own table beside ours. */
import type { JSX } from 'preact';
import { fixed } from '../format.ts';
import { betterArrow, metricWords } from '../metric.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { PAPER_DATASETS } from '../paper.ts';
import { DataTable, Estimate, estimated, Name, Section } from '../parts.tsx';
import type { DatasetResults, Study } from '../study.ts';
import { BesidePaper, PaperAsAWhole } from './beside-paper.tsx';
import { Contrasts } from './contrasts.tsx';
import { Probes } from './probes.tsx';
import { WithoutCopies } from './without-copies.tsx';

export function ResultsSection({ study }: { readonly study: Study }): JSX.Element {
  const comparable = study.datasets.some(({ name }) => PAPER_DATASETS.includes(name));
  return (
    <Section id="results" title="Results on the test part">
      {study.datasets.map((dataset) => (
        <DatasetTables
          key={dataset.name}
          dataset={dataset}
          cells={dataset.evaluation.models}
          metric={study.metric}
          provenance={study.provenance}
        />
      ))}
      {comparable && <PaperAsAWhole />}
    </Section>
  );
}

function DatasetTables({
  dataset,
  cells,
  metric,
  provenance,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
  readonly metric: string;
  readonly provenance: Study['provenance'];
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
        head={['model', ...words.map((metric) => `${metric.short} ${betterArrow(metric)}`)]}
        rows={[
          ...models.map(({ model, summary }) => [
            fullName(modelWords(model, cells)),
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
        higher is better, ↓ lower is better. The last row has seen no image. A dash instead of an interval: too few test
        images decide the value, or the metric is biased (ECE).
      </p>
      <WithoutCopies dataset={dataset} cells={cells} />
      <Contrasts dataset={dataset} metric={metric} provenance={provenance} />
      <Probes dataset={dataset} cells={cells} />
      <BesidePaper dataset={dataset} cells={cells} />
      <ClassScores evaluation={evaluation} title={title} />
    </article>
  );
}

function ClassScores({ evaluation: { models }, title }: Pick<DatasetResults, 'evaluation' | 'title'>): JSX.Element {
  return (
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
  );
}
