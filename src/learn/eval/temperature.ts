/**
 * Temperature scaling (C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2): logits are
 * divided by one number, fitted on validation images. Logarithms of probabilities serve as logits, because softmax
 * ignores the constant between them. The predicted class stays the same.
 */
import type { ScoredPredictions } from './scored.ts';
import { at } from '../../util/known.ts';

/** The bounds of a fitted temperature. At a bound, the validation images do not limit the confidence any more. */
const LEAST = 0.01;
const MOST = 100;
const HALVINGS = 60;
/** The least positive number of float32. A written 0 is a probability below it. */
const SMALLEST = 1.4e-45;

/**
 * The temperature of the smallest log loss, from 0.01 to 100. All validation images right: 0.01, because every smaller
 * temperature is better. 1 if no temperature changes the loss, as for uniform probabilities.
 */
export function fitTemperature(validation: ScoredPredictions): number {
  const logs = logarithms(validation);
  return leastTemperature((inverse) => slope(logs, validation, inverse));
}

/** `slopeAt` is the derivative of a log loss by the inverse temperature, which never falls. */
export function leastTemperature(slopeAt: (inverse: number) => number): number {
  if (slopeAt(1) === 0) return 1;
  // The loss is convex in 1 / T, so its slope changes sign once: halve the interval in which it does. A slope of 0 at
  // a bound is one that underflowed, on the side of certainty.
  if (slopeAt(1 / LEAST) <= 0) return LEAST;
  if (slopeAt(1 / MOST) >= 0) return MOST;
  let [low, high] = [Math.log(1 / MOST), Math.log(1 / LEAST)];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slopeAt(Math.exp(middle)) <= 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

export function scaleByTemperature(scored: ScoredPredictions, temperature: number): ScoredPredictions {
  return { ...scored, probabilities: softmaxRows(logarithms(scored), scored.classes, 1 / temperature) };
}

const logarithms = ({ probabilities }: ScoredPredictions): Float64Array =>
  probabilities.map((p) => Math.log(Math.max(SMALLEST, p)));

/**
 * Derivative of the mean log loss by the inverse temperature: the mean log-probability expected, minus the one of the
 * label. Differences to the label are averaged, so that nothing cancels where one class is nearly certain.
 */
function slope(logs: Float64Array, { labels, classes }: ScoredPredictions, inverse: number): number {
  const scaled = softmaxRows(logs, classes, inverse);
  let sum = 0;
  labels.forEach((label, i) => {
    const own = at(logs, i * classes + label);
    for (let j = i * classes; j < (i + 1) * classes; j++) sum += (scaled[j] ?? 0) * ((logs[j] ?? 0) - own);
  });
  return sum / labels.length;
}

function softmaxRows(logs: Float64Array, classes: number, inverse: number): Float64Array {
  const result = logs.map((log) => log * inverse);
  for (let at = 0; at < result.length; at += classes) {
    const row = result.subarray(at, at + classes);
    const most = Math.max(...row);
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
    row.forEach((logit, k) => {
      row[k] = Math.exp(logit - most) / total;
    });
  }
  return result;
}
