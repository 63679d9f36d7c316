/** 3. The numbers: every metric with its spread and interval, differences, and the paper's own table beside ours. */
import type { JSX } from 'preact';
import { baselineName } from '../baseline.ts';
import { fixed } from '../format.ts';
import { betterArrow, metricWords } from '../metric.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { PAPER_DATASETS } from '../paper.ts';
import { DataTable, Estimate, estimated, Name, Section } from '../parts.tsx';
import type { ModelEvaluation } from '../../formats/evaluation.ts';
import type { DatasetResults, Study } from '../study.ts';
import { BesidePaper, PaperAsAWhole } from './beside-paper.tsx';
import { Contrasts } from './contrasts.tsx';
import { Probes } from './probes.tsx';
import { WithoutCopies } from './without-copies.tsx';
import { at } from '../../util/known.ts';

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
              <Estimate key={metric} {...estimated(summary.test[metric], at(words, i).digits)} />
            )),
          ]),
          [
            <>
              {baselineName(evaluation)}
              {majority.class !== null && (
                <>
                  {' '}
                  (<Name>{majority.class}</Name>)
                </>
              )}
            </>,
            ...metrics.map((metric, i) => fixed(majority.test[metric] ?? null, at(words, i).digits)),
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
      <ClassScores dataset={dataset} />
    </article>
  );
}

/** Of findings, the AUC of each has an interval: they are the question, so that the table is not folded away. */
function ClassScores({ dataset: { title, evaluation } }: { readonly dataset: DatasetResults }): JSX.Element {
  const isFindings = evaluation.task === 'findings';
  const table = (
    <DataTable
      label={`Scores of each ${isFindings ? 'finding' : 'class'} on ${title}`}
      head={
        isFindings
          ? ['model', 'finding', 'images with it', 'of known', 'AUC', 'avg. prec.', 'precision', 'recall', 'F1']
          : ['model', 'class', 'images', 'precision', 'recall', 'F1', 'AUC', 'avg. prec.']
      }
      texts={[0, 1]}
      rows={evaluation.models.flatMap(({ model, byClass }) =>
        byClass.map((row) => [
          model,
          <Name key="name">{row.class}</Name>,
          String(row.images),
          ...(isFindings ? findingScores(row) : classScores(row)),
        ]),
      )}
    />
  );
  if (!isFindings)
    return (
      <details>
        <summary>Scores of each class</summary>
        {table}
      </details>
    );
  return (
    <>
      <h4>Each finding</h4>
      {table}
      <p class="note">
        Images whose label is not known (blank or −1) do not count for the finding. A finding that all or none of the
        test images have has no AUC, and is left out of the means. Brackets: the{' '}
        {Math.round(100 * evaluation.bootstrap.level)} % interval; a dash: too few test images decide the value.
        Precision, recall and F1: answers from one half on, means over seeds.
      </p>
    </>
  );
}

type ClassRow = ModelEvaluation['byClass'][number];

const classScores = (row: ClassRow): string[] =>
  [row.precision, row.recall, row.f1, row.auc, row.averagePrecision].map((score) => fixed(score, 3));

const findingScores = (row: ClassRow): string[] => [
  String(row.known ?? ''),
  `${fixed(row.auc, 3)} [${fixed(row.aucLow ?? null, 3)}, ${fixed(row.aucHigh ?? null, 3)}]`,
  ...[row.averagePrecision, row.precision, row.recall, row.f1].map((score) => fixed(score, 3)),
];
