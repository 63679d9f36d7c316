/**
 * Temperature scaling (C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2): logits are
 * divided by one number, fitted on validation images. Logarithms of probabilities serve as logits, because softmax
 * ignores the constant between them. The predicted class stays the same.
 */
import type { ScoredPredictions } from './scored.ts';
import { at } from '../../util/known.ts';

/** Beyond these a fit says "as sure as can be" or "knows nothing", not a number worth more digits. */
const LEAST = 0.01;
const MOST = 100;
const HALVINGS = 60;
/** Written probabilities have six digits; a probability of 0 would exclude its class at any temperature. */
const SMALLEST = 1e-7;

/** The temperature of the smallest log loss, from 0.01 to 100. */
export function fitTemperature(validation: ScoredPredictions): number {
  const logs = logarithms(validation);
  // The loss is convex in 1 / T, so its slope changes sign once: halve the interval in which it does.
  let [low, high] = [Math.log(1 / MOST), Math.log(1 / LEAST)];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(logs, validation, Math.exp(middle)) < 0) low = middle;
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
 * label.
 */
function slope(logs: Float64Array, { labels, classes }: ScoredPredictions, inverse: number): number {
  const scaled = softmaxRows(logs, classes, inverse);
  let sum = 0;
  labels.forEach((label, i) => {
    for (let j = i * classes; j < (i + 1) * classes; j++) sum += (scaled[j] ?? 0) * (logs[j] ?? 0);
    sum -= at(logs, i * classes + label);
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
