import { expect, test } from 'vitest';
import { claimsThatHold, faultsOf, isImpossible, leastLoss, PAPER_DATASETS, paperRows } from './paper.ts';

test('two cells of the paper cannot be, and no others', () => {
  const impossible = PAPER_DATASETS.flatMap((name) =>
    paperRows(name)!.flatMap((row) => [
      ...(isImpossible(row.testAccuracy, row.testLoss) ? [`${name} ${row.model} test`] : []),
      ...(isImpossible(row.trainAccuracy, row.trainLoss) ? [`${name} ${row.model} train`] : []),
    ]),
  );
  expect(impossible).toEqual(['covid19 M3 test', 'chest-xray M3 test']);
});

test('the least loss is that of a network that is sure when right and undecided when wrong', () => {
  expect(leastLoss('50')).toBeCloseTo(Math.LN2 * 0.495, 12);
  expect(isImpossible('50.00', '0.34')).toBe(true);
  expect(isImpossible('50.00', '0.35')).toBe(false);
});

test('Covid19 M4 repeats M1, and HAM10000 M1 is below the majority class', () => {
  expect(faultsOf('covid19').join('\n')).toContain('M4 has the test accuracy and test loss of M1');
  expect(faultsOf('ham10000').join('\n')).toContain('66.9 %');
  expect(faultsOf('isic9')).toEqual([]);
  expect(faultsOf('phantom')).toEqual([]);
});

test('the order that the text claims holds in one table of five; SSL on ImageNet beats SSL on random in two', () => {
  expect(claimsThatHold()).toEqual({ order: 1, sslOnTransferBeatsSslOnRandom: 2, sslBeatsRandom: 5 });
});
