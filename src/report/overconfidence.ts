/** The paper's claim that self-supervision keeps a network from being too sure of itself, put to the test. */
import { contrastsIn } from './contrast.ts';
import { cannotTell, type PairedDifference } from './difference.ts';
import { fixed } from './format.ts';
import { metricWords } from './metric.ts';
import type { Calibration, Evaluation } from '../formats/evaluation.ts';
import { LONGER } from './model.ts';
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
 * One sentence for each start that a method was added to. The interval of the paired difference in confidence minus
 * accuracy decides: calibration errors have none.
 */
export function overconfidenceSentences(evaluation: Evaluation): string[] {
  if (!evaluation.metrics.includes('overconfidence')) return [];
  return contrastsIn(evaluation, 'overconfidence').flatMap(({ kind, model, against, note, difference }) => {
    const without = evaluation.models.find((each) => each.model === against);
    const by = evaluation.models.find((each) => each.model === model)?.pretraining;
    if (kind !== 'against none' || by === LONGER || without === undefined) return [];
    const excess = excessConfidence(without.calibration);
    const numbers = differenceText(difference, metricWords('overconfidence'), 'signed');
    return [
      `${capitalized(note)}: ${excessPhrase(excess, against)}; ${verdictPhrase(difference, excess, model)} ` +
        `(confidence − accuracy, ${model} − ${against}: ${numbers}).`,
    ];
  });
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function excessPhrase(excess: number | null, model: string): string {
  if (excess === null) return `${model} has no test image`;
  const size = `by ${fixed(Math.abs(excess), 3)}`;
  return excess > 0
    ? `${model} is on average surer than it is right, ${size}`
    : `${model} is on average less sure than it is right, ${size}, so there is no overconfidence to prevent`;
}

/** The paper speaks of overconfidence: without any, a network that is less sure does not support its claim. */
function verdictPhrase(difference: PairedDifference, excess: number | null, model: string): string {
  if (cannotTell(difference)) return `whether ${model} is less sure we cannot tell`;
  if ((difference.mean ?? 0) > 0) return `${model} is surer, against the paper`;
  return `${model} is less sure${excess !== null && excess > 0 ? ', as the paper says' : ''}`;
}
