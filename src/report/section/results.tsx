/** 3. The numbers: every metric with its spread and interval, differences, and the paper's own table beside ours. */
import type { JSX } from 'preact';
import { cannotTell, differenceOf } from '../difference.ts';
import { fixed, signed } from '../format.ts';
import { metricWords } from '../metric.ts';
import { fullName, modelWords } from '../model.ts';
import { claimsThatHold, faultsOf, GENERAL_FAULTS, isImpossible, PAPER_DATASETS, paperRows } from '../paper.ts';
import { DataTable, Name, Section } from '../parts.tsx';
import type { DatasetResults, Defined, ModelResults, Study } from '../study.ts';

export function Results({ study }: { readonly study: Study }): JSX.Element {
  const comparable = study.datasets.some(({ name }) => PAPER_DATASETS.includes(name));
  return (
    <Section id="results" title="Results on the test part">
      {study.datasets.map((dataset) => <DatasetTables key={dataset.name} dataset={dataset} transfer={study.transfer} />)}
      {comparable && <PaperAsAWhole />}
    </Section>
  );
}

function DatasetTables({ dataset, transfer }: { readonly dataset: DatasetResults; readonly transfer: string }): JSX.Element {
  const { title, evaluation } = dataset;
  const { metrics, models, majority } = evaluation;
  const words = metrics.map(metricWords);
  return (
    <article>
      <h3><Name>{title}</Name></h3>
      <DataTable
        label={`Test metrics on ${title}`}
        head={['model', ...words.map(({ short, better }) => `${short} ${better === 'higher' ? '↑' : '↓'}`)]}
        rows={[
          ...models.map(({ model, summary }) => [
            fullName(modelWords(model, transfer)),
            ...metrics.map((metric, i) => {
              const { mean, sd, low, high } = summary.test[metric]!;
              return <Estimate key={metric} main={withSpread(mean, sd, words[i]!.digits)} interval={`[${fixed(low, words[i]!.digits)}, ${fixed(high, words[i]!.digits)}]`} />;
            }),
          ]),
          [<>majority class (<Name>{majority.class}</Name>)</>, ...metrics.map((metric, i) => fixed(majority.test[metric] ?? null, words[i]!.digits))],
        ]}
      />
      <p class="note">Mean ± standard deviation over seeds, below it the {Math.round(100 * evaluation.bootstrap.level)} % interval. ↑ higher is better, ↓ lower is better. The last row has seen no image.</p>
      <Differences dataset={dataset} against="M1" transfer={transfer} />
      <Differences dataset={dataset} against="M3" transfer={transfer} />
      <AsThePaperPrints dataset={dataset} transfer={transfer} />
      <details>
        <summary>Precision, recall and F1 of each class</summary>
        <DataTable
          label={`Scores of each class on ${title}`}
          head={['model', 'class', 'images', 'precision', 'recall', 'F1']}
          texts={[0, 1]}
          rows={models.flatMap(({ model, byClass }) => byClass.map((row) => [model, <Name key="name">{row.class}</Name>, String(row.images), fixed(row.precision, 3), fixed(row.recall, 3), fixed(row.f1, 3)]))}
        />
      </details>
    </article>
  );
}

function Differences({ dataset, against, transfer }: { readonly dataset: DatasetResults; readonly against: string; readonly transfer: string }): JSX.Element | null {
  const { evaluation, title } = dataset;
  const others = evaluation.models.filter(({ model }) => model !== against && differenceOf(evaluation, model, against, evaluation.metrics[0]!) !== null);
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
            return <Estimate key={metric} main={signed(difference.mean, digits)} interval={`[${signed(difference.low, digits)}, ${signed(difference.high, digits)}]`} verdict={verdict} />;
          }),
        ])}
      />
    </>
  );
}

function Estimate({ main, interval, verdict }: { readonly main: string; readonly interval: string; readonly verdict?: string }): JSX.Element {
  return <>{main}<span class="interval-text">{interval}</span>{verdict !== undefined && <span class={verdict === 'cannot tell' ? 'verdict-text open' : 'verdict-text'}>{verdict}</span>}</>;
}

function AsThePaperPrints({ dataset, transfer }: { readonly dataset: DatasetResults; readonly transfer: string }): JSX.Element {
  const paper = paperRows(dataset.name);
  const columns = ['train accuracy', 'train loss', 'test accuracy', 'test loss'];
  const ours = ({ summary: { train, test } }: ModelResults) => [
    percentWithSpread(train.accuracy), withSpread(train.loss?.mean ?? null, train.loss?.sd ?? null, 3), percentWithSpread(test.accuracy), withSpread(test.loss?.mean ?? null, test.loss?.sd ?? null, 3),
  ];
  const faults = faultsOf(dataset.name);
  return (
    <>
      <h4>{paper === null ? 'As the paper prints its tables' : 'Beside the paper'}</h4>
      <DataTable
        label={`Accuracy and loss on ${dataset.title}${paper === null ? '' : ', ours and the paper’s'}`}
        head={['model', ...columns.flatMap((column) => (paper === null ? [column] : [column, 'paper']))]}
        rows={dataset.evaluation.models.map((model) => {
          const printed = paper?.find((row) => row.model === model.model);
          const theirs = printed === undefined ? [] : [printed.trainAccuracy, printed.trainLoss, printed.testAccuracy, printed.testLoss];
          const impossible = printed !== undefined && isImpossible(printed.testAccuracy, printed.testLoss);
          return [
            fullName(modelWords(model.model, transfer)),
            ...ours(model).flatMap((cell, i) => (paper === null ? [cell] : [cell, <span key={i} class={impossible && i === 3 ? 'theirs impossible' : 'theirs'}>{theirs[i] ?? '–'}{impossible && i === 3 ? ' ✗' : ''}</span>])),
          ];
        })}
      />
      {paper !== null && (
        <p class="note">
          Not a replication: network, image size, split and budget differ, see <a href="#setting">Setting</a>. Accuracy in per cent, loss in nats.{faults.some((fault) => fault.includes('cannot be')) ? ' ✗ marks a cell that no predictor can reach.' : ''}
        </p>
      )}
      {faults.length > 0 && (
        <aside class="faults">
          <h4>What is wrong in the paper’s table</h4>
          <ul>{faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>
        </aside>
      )}
    </>
  );
}

function PaperAsAWhole(): JSX.Element {
  const claims = claimsThatHold();
  const tables = PAPER_DATASETS.length;
  return (
    <aside class="faults">
      <h3>The paper’s numbers as a whole</h3>
      <ul>
        <li>
          Its text orders the models M3, M4, M2, M1: by test accuracy that holds in {claims.order} of its {tables} tables. That SSL from ImageNet is better than SSL from random holds in {claims.sslOnTransferBeatsSslOnRandom} of {tables}; that SSL is better than a random start holds in {claims.sslBeatsRandom} of {tables}.
        </li>
        {GENERAL_FAULTS.map((fault) => <li key={fault}>{fault}</li>)}
      </ul>
    </aside>
  );
}

function withSpread(mean: Defined, sd: Defined, digits: number): string {
  return sd === null ? fixed(mean, digits) : `${fixed(mean, digits)} ± ${fixed(sd, digits)}`;
}

function percentWithSpread(spread: { readonly mean: Defined; readonly sd: Defined } | undefined): string {
  const percent = (value: Defined | undefined) => (value === undefined || value === null ? null : 100 * value);
  return withSpread(percent(spread?.mean), percent(spread?.sd), 2);
}
