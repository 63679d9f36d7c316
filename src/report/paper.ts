/**
 * The paper's result tables (section IV.A), and their errors. Every remark that can be computed from the printed
 * numbers is computed here, and nowhere asserted.
 */
import { at } from '../util/known.ts';

export interface PaperRow {
  readonly model: 'M1' | 'M2' | 'M3' | 'M4';
  /** As printed: per cent, nats. */
  readonly trainAccuracy: string;
  readonly trainLoss: string;
  readonly testAccuracy: string;
  readonly testLoss: string;
}

const MODELS = ['M1', 'M2', 'M3', 'M4'] as const;

/** By data set, as this project names them. */
const TABLES: Readonly<Record<string, string>> = {
  ham10000: '74.75 0.70 62.61 .97 / 87.04 0.35 70.38 0.75 / 98.28 0.056 76.59 1.14 / 90.49 0.26 69.6 0.76',
  isic9: '89.05 .28 50.03 2.07 / 81.41 0.50 59.48 1.03 / 99.2 0.024 65.52 1.57 / 93.82 0.18 62.95 1.03',
  covid19: '97.3 .068 83.52 0.61 / 98.09 0.068 86.46 0.24 / 98.85 0.032 95.06 0.033 / 98.56 .046 83.52 .61',
  'chest-xray': '98.7 0.03 67.18 1.06 / 99.59 0.01 81.76 0.27 / 99.63 0.01 94.79 0.03 / 99.58 0.01 95.59 0.08',
  idrid: '57.81 0.98 34.09 2.223 / 53.17 1.173 37.03 1.52 / 63.27 0.88 38.54 1.90 / 53.54 1.11 35.09 1.67',
};

export const PAPER_DATASETS = Object.keys(TABLES);

/** Null for a data set that the paper does not have. */
export function paperRows(dataset: string): readonly PaperRow[] | null {
  const table = TABLES[dataset];
  if (table === undefined) return null;
  return table.split(' / ').map((line, i) => {
    const [trainAccuracy, trainLoss, testAccuracy, testLoss] = line.split(' ') as [string, string, string, string];
    return { model: at(MODELS, i), trainAccuracy, trainLoss, testAccuracy, testLoss };
  });
}

/**
 * True if no predictor can have both numbers. A wrong answer gives the true class a probability of at most 1/2, which
 * costs at least ln 2 nats. The mean loss is therefore at least ln 2 times the error rate. The check allows for
 * rounding.
 */
export function isImpossible(accuracyPercent: string, loss: string): boolean {
  return Number(loss) + halfUnit(loss) < leastLoss(accuracyPercent);
}

/** The smallest mean cross-entropy, in nats, that goes with an accuracy printed in per cent. */
export function leastLoss(accuracyPercent: string): number {
  return Math.LN2 * (1 - (Number(accuracyPercent) + halfUnit(accuracyPercent)) / 100);
}

/** The errors in the paper's table of one data set, in whole sentences. */
export function faultsOf(dataset: string): string[] {
  const rows = paperRows(dataset);
  if (rows === null) return [];
  const [m1, , , m4] = rows as readonly [PaperRow, PaperRow, PaperRow, PaperRow];
  const faults = rows.filter((row) => isImpossible(row.testAccuracy, row.testLoss)).map(impossibleSentence);
  if (m1.testAccuracy === m4.testAccuracy && Number(m1.testLoss) === Number(m4.testLoss)) {
    faults.push(
      `M4 has the test accuracy and test loss of M1 to the last digit (${m4.testAccuracy} % and ` +
        `${Number(m4.testLoss)}): a copying error, or pre-training changed nothing.`,
    );
  }
  if (dataset === 'ham10000') {
    faults.push(
      'M1 tests at 62.61 %. In the published set 6705 of 10015 images (66.9 %) are nevi, so always answering ' +
        '“nevus” would do better unless the test set was drawn differently.',
    );
  }
  const order = [...rows].sort((a, b) => Number(b.testAccuracy) - Number(a.testAccuracy)).map((row) => row.model);
  if (order.join() !== 'M3,M4,M2,M1')
    faults.push(
      'The paper’s text orders the models M3, M4, M2, M1; by test accuracy this table orders them ' +
        `${orderSentence(rows)}.`,
    );
  return faults;
}

/** True of every table of the paper. */
export const GENERAL_FAULTS: readonly string[] = [
  'The sizes of the test sets and their selection are not given, so the paper’s numbers have no intervals.',
  'No seeds are reported: each number is taken to be one training, without a spread.',
  'No validation split is described, and the text writes “validation” for the figures’ “test”: the epoch may have ' +
    'been chosen on the test set.',
  'A lower test loss at equal accuracy is a statement on calibration, not on overfitting; the paper takes it for ' +
    'the latter.',
];

/** In how many of the paper's tables a claim of its text holds. */
export function claimsThatHold(): {
  readonly order: number;
  readonly sslOnTransferBeatsSslOnRandom: number;
  readonly sslBeatsRandom: number;
} {
  const accuracies = PAPER_DATASETS.map(
    (name) => (paperRows(name) ?? []).map((row) => Number(row.testAccuracy)) as [number, number, number, number],
  );
  return {
    order: accuracies.filter(([m1, m2, m3, m4]) => m3 > m4 && m4 > m2 && m2 > m1).length,
    sslOnTransferBeatsSslOnRandom: accuracies.filter(([, m2, , m4]) => m4 > m2).length,
    sslBeatsRandom: accuracies.filter(([m1, m2]) => m2 > m1).length,
  };
}

function impossibleSentence({ model, testAccuracy, testLoss }: PaperRow): string {
  return (
    `${model}’s test loss of ${testLoss} cannot be a mean cross-entropy: every wrong answer costs at least ln 2, so ` +
    `at ${testAccuracy} % accuracy the loss is at least ${leastLoss(testAccuracy).toFixed(4)}.`
  );
}

/** `M4, M3, M2, M1`, with `=` between equals. */
function orderSentence(rows: readonly PaperRow[]): string {
  const sorted = [...rows].sort((a, b) => Number(b.testAccuracy) - Number(a.testAccuracy));
  return sorted
    .map((row, i) =>
      i === 0 ? row.model : `${row.testAccuracy === at(sorted, i - 1).testAccuracy ? ' = ' : ', '}${row.model}`,
    )
    .join('');
}

/** Half of the last printed digit's unit. */
function halfUnit(printed: string): number {
  return 0.5 * 10 ** -(printed.split('.')[1]?.length ?? 0);
}
