/**
 * Measures the separation of classes by frozen features. Each query is labeled by its nearest neighbors in a bank,
 * weighted by exp(cosine / T) (Z. Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance
 * Discrimination", CVPR 2018, section 3.4). It trains nothing, so it can be asked while pre-training runs.
 */
import { nearestNeighbors, type LabeledFeatures, type Neighbors } from './neighbors.ts';
import { at } from '../../util/known.ts';

const NEIGHBORS = 20;
export const VOTE_TEMPERATURE = 0.1;

/**
 * Balanced accuracy: the mean over the queries' classes of the share found, so that always naming the largest class is
 * worth one over the number of classes. A bank smaller than the neighborhood is used whole.
 */
export function knnProbe(bank: LabeledFeatures, queries: LabeledFeatures): number {
  const found = new Map<number, { right: number; all: number }>();
  nearestNeighbors(bank, queries.features, NEIGHBORS).forEach((neighbors, query) => {
    const label = at(queries.labels, query);
    const count = found.get(label) ?? { right: 0, all: 0 };
    if (vote(neighbors) === label) count.right++;
    count.all++;
    found.set(label, count);
  });
  const recalls = [...found.values()].map(({ right, all }) => right / all);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/** The class with the heaviest neighbors; of equals, the one that is nearest. */
function vote({ labels, cosines }: Neighbors): number {
  const weights = new Map<number, number>();
  labels.forEach((label, i) =>
    weights.set(label, (weights.get(label) ?? 0) + Math.exp(at(cosines, i) / VOTE_TEMPERATURE)),
  );
  return [...weights].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
