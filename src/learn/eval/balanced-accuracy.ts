import type { Metric } from './scored.ts';

/**
 * Mean recall over the classes that have images (`balanced_accuracy_score`): chance is 1 / classes for any imbalance.
 */
export const balancedAccuracy: Metric = ({ labels, predicted, classes }) => {
  const hits = labels.map((label, i) => (predicted[i] === label ? 1 : 0));
  // Kept between calls, because a bootstrap makes many: [2 * label + hit].
  const counts = new Float64Array(2 * classes);
  return (weights) => {
    counts.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const cell = 2 * (labels[i] ?? 0) + (hits[i] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + (weights[i] ?? 0);
    }
    let [recalls, present] = [0, 0];
    for (let k = 0; k < classes; k++) {
      const [missed, hit] = [counts[2 * k] ?? 0, counts[2 * k + 1] ?? 0];
      if (missed + hit === 0) continue;
      recalls += hit / (missed + hit);
      present++;
    }
    return recalls / present;
  };
};
