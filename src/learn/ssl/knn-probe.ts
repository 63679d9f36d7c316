/**
 * How well do frozen features tell the classes apart? Each query is labelled by its nearest neighbours in a bank, weighted by
 * exp(cosine / T) (Z. Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018, section
 * 3.4). It trains nothing, so it can be asked while pre-training runs.
 */
import { nearestNeighbours, type Labelled, type Neighbours } from './neighbours.ts';

const NEIGHBOURS = 20;
export const VOTE_TEMPERATURE = 0.1;

/**
 * Balanced accuracy: the mean over the queries' classes of the share found, so that always naming the largest class is
 * worth one over the number of classes. A bank smaller than the neighbourhood is used whole.
 */
export function knnProbe(bank: Labelled, queries: Labelled): number {
  const found = new Map<number, { right: number; all: number }>();
  nearestNeighbours(bank, queries.features, NEIGHBOURS).forEach((neighbours, query) => {
    const label = queries.labels[query]!;
    const count = found.get(label) ?? { right: 0, all: 0 };
    if (vote(neighbours) === label) count.right++;
    count.all++;
    found.set(label, count);
  });
  const recalls = [...found.values()].map(({ right, all }) => right / all);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/** The class with the heaviest neighbours; of equals, the one that is nearest. */
function vote({ labels, cosines }: Neighbours): number {
  const weights = new Map<number, number>();
  labels.forEach((label, i) =>
    weights.set(label, (weights.get(label) ?? 0) + Math.exp(cosines[i]! / VOTE_TEMPERATURE)),
  );
  return [...weights].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
