/**
 * How well do frozen features tell the classes apart? Each query is labelled by its nearest neighbours in a bank, weighted by
 * exp(cosine / T) (Z. Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018, section
 * 3.4). It trains nothing, so it can be asked while pre-training runs.
 */
interface Labelled {
  /** [n, width], row-major. */
  readonly features: Float32Array;
  /** Class numbers, one a row. */
  readonly labels: readonly number[];
}

const NEIGHBOURS = 20;
const TEMPERATURE = 0.1;

/**
 * Balanced accuracy: the mean over the queries' classes of the share found, so that always naming the largest class is
 * worth one over the number of classes. A bank smaller than the neighbourhood is used whole.
 */
export function knnProbe(bank: Labelled, queries: Labelled): number {
  const width = bank.features.length / bank.labels.length;
  const banked = unitRows(bank.features, width);
  const asked = unitRows(queries.features, width);
  const found = new Map<number, { right: number; all: number }>();
  queries.labels.forEach((label, query) => {
    const cosines = bank.labels.map((_, row) => dot(asked, query, banked, row, width));
    const count = found.get(label) ?? { right: 0, all: 0 };
    if (vote(cosines, bank.labels) === label) count.right++;
    count.all++;
    found.set(label, count);
  });
  const recalls = [...found.values()].map(({ right, all }) => right / all);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/** The class with the heaviest nearest neighbours; of equals, the one that is nearest. */
function vote(cosines: readonly number[], labels: readonly number[]): number {
  const nearest = cosines.map((_, row) => row).sort((a, b) => cosines[b]! - cosines[a]! || a - b);
  const weights = new Map<number, number>();
  for (const row of nearest.slice(0, NEIGHBOURS)) {
    weights.set(labels[row]!, (weights.get(labels[row]!) ?? 0) + Math.exp(cosines[row]! / TEMPERATURE));
  }
  return [...weights].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

function unitRows(features: Float32Array, width: number): Float32Array {
  const norms = Array.from({ length: features.length / width }, (_, row) => Math.sqrt(dot(features, row, features, row, width)) || 1);
  return features.map((value, i) => value / norms[Math.floor(i / width)]!);
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += a[i * width + d]! * b[j * width + d]!;
  return sum;
}
