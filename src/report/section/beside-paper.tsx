/** Accuracy and loss as the paper prints them, the paper's own numbers beside ours, and their errors. */
import type { ModelEvaluation, Spread } from '../../formats/evaluation.ts';
import type { JSX } from 'preact';
import { withSpread } from '../format.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import {
  claimsThatHold,
  faultsOf,
  GENERAL_FAULTS,
  isImpossible,
  PAPER_DATASETS,
  paperRows,
  type PaperRow,
} from '../paper.ts';
import { DataTable } from '../parts.tsx';
import type { DatasetResults, Defined } from '../study.ts';

const COLUMNS = ['train accuracy', 'train loss', 'test accuracy', 'test loss'];
const UNKNOWN: Spread = { mean: null, sd: null };

export function BesidePaper({
  dataset,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element {
  const paper = paperRows(dataset.name);
  const faults = faultsOf(dataset.name);
  return (
    <>
      <h4>{paper === null ? 'As the paper prints its tables' : 'Beside the paper'}</h4>
      <DataTable
        label={`Accuracy and loss on ${dataset.title}${paper === null ? '' : ', ours and the paper’s'}`}
        head={['model', ...COLUMNS.flatMap((column) => (paper === null ? [column] : [column, 'paper']))]}
        rows={dataset.evaluation.models.map((model) => [
          fullName(modelWords(model.model, cells)),
          ...(paper === null
            ? ourCells(model)
            : besideEachOther(
                ourCells(model),
                paper.find((row) => row.model === model.model),
              )),
        ])}
      />
      {paper !== null && (
        <p class="note">
          Not a replication: network, image size, split and budget differ, see <a href="#setting">Setting</a>. Accuracy
          in per cent, loss in nats.
          {faults.some((fault) => fault.includes('cannot be')) ? ' ✗ marks a cell that no predictor can reach.' : ''}
        </p>
      )}
      {faults.length > 0 && (
        <aside class="faults">
          <h4>Errors in the paper’s table</h4>
          <ul>
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </aside>
      )}
    </>
  );
}

function ourCells({ summary: { train, test } }: ModelEvaluation): string[] {
  return [
    percentWithSpread(train.accuracy),
    withSpread(train.loss ?? UNKNOWN, 3),
    percentWithSpread(test.accuracy),
    withSpread(test.loss ?? UNKNOWN, 3),
  ];
}

/** Each cell of ours, followed by the paper's. */
function besideEachOther(ours: readonly string[], printed: PaperRow | undefined): (string | JSX.Element)[] {
  const theirs =
    printed === undefined ? [] : [printed.trainAccuracy, printed.trainLoss, printed.testAccuracy, printed.testLoss];
  const impossible = printed !== undefined && isImpossible(printed.testAccuracy, printed.testLoss);
  return ours.flatMap((cell, i) => [
    cell,
    <span key={i} class={impossible && i === 3 ? 'theirs impossible' : 'theirs'}>
      {theirs[i] ?? '–'}
      {impossible && i === 3 ? ' ✗' : ''}
    </span>,
  ]);
}

export function PaperAsAWhole(): JSX.Element {
  const claims = claimsThatHold();
  const tables = PAPER_DATASETS.length;
  return (
    <aside class="faults">
      <h3>The paper’s numbers as a whole</h3>
      <ul>
        <li>
          Its text orders the models M3, M4, M2, M1: by test accuracy that holds in {claims.order} of its {tables}{' '}
          tables. That SSL from ImageNet is better than SSL from random holds in {claims.sslOnTransferBeatsSslOnRandom}{' '}
          of {tables}; that SSL is better than a random start holds in {claims.sslBeatsRandom} of {tables}.
        </li>
        {GENERAL_FAULTS.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </aside>
  );
}

function percentWithSpread({ mean, sd }: Spread = UNKNOWN): string {
  const percent = (value: Defined) => (value === null ? null : 100 * value);
  return withSpread({ mean: percent(mean), sd: percent(sd) }, 2);
}
