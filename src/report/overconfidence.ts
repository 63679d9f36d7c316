/** The paper's claim that self-supervision keeps a network from being too sure of itself, put to the test. */
import { cannotTell, differenceOf, type PairedDifference } from './difference.ts';
import { fixed } from './format.ts';
import { metricWords } from './metric.ts';
import type { Calibration, Evaluation } from '../formats/evaluation.ts';
import { differenceText } from './verdict.ts';

/** Mean confidence minus accuracy over test images of all seeds: above 0, the network is surer than it may be. */
export function excessConfidence({ reliability }: Calibration): number | null {
  const bins = reliability.before.filter(({ images }) => images > 0);
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  return images === 0
    ? null
    : bins.reduce((sum, bin) => sum + bin.images * ((bin.confidence ?? 0) - (bin.accuracy ?? 0)), 0) / images;
}

/**
 * One sentence for each start that self-supervision was added to. Only the interval of the paired difference in
 * calibration error decides; the sign of the excess shows if the error is overconfidence.
 */
export function overconfidenceSentences(evaluation: Evaluation, transfer: string): string[] {
  const pairs = [
    { start: 'a random start', model: 'M2', against: 'M1' },
    { start: `the ${transfer} start`, model: 'M4', against: 'M3' },
  ];
  return pairs.flatMap(({ start, model, against }) => {
    const difference = differenceOf(evaluation, model, against, 'ece');
    const without = evaluation.models.find((each) => each.model === against);
    if (difference === null || without === undefined) return [];
    const excess = excessConfidence(without.calibration);
    const numbers = `calibration error ${model} − ${against} ${differenceText(difference, metricWords('ece'), 'signed')}`;
    return [`From ${start}: ${excessPhrase(excess, against)}; ${verdictPhrase(difference, excess)} (${numbers}).`];
  });
}

function excessPhrase(excess: number | null, model: string): string {
  if (excess === null) return `${model} has no test image`;
  const size = `by ${fixed(Math.abs(excess), 3)}`;
  return excess > 0
    ? `${model} is on average surer than it is right, ${size}`
    : `${model} is on average less sure than it is right, ${size}, so there is no overconfidence to prevent`;
}

/** The paper speaks of overconfidence: without any, more honest probabilities do not support its claim. */
function verdictPhrase(difference: PairedDifference, excess: number | null): string {
  if (cannotTell(difference)) return 'whether self-supervision makes probabilities more honest we cannot tell';
  if (difference.mean! > 0) return 'with self-supervision probabilities are less honest, against the paper';
  return (
    'with self-supervision probabilities are more ' +
    `honest${excess !== null && excess > 0 ? ', as the paper says' : ''}`
  );
}
