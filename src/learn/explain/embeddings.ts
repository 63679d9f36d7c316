/** The features of test images on a plane, before and after fine-tuning. */
import { significant } from '../../util/number.ts';
import { random } from '../../util/random.ts';
import type { ExplanationFile } from '../../formats/explanation.ts';
import { MIN_UMAP_POINTS, umapLayout } from './umap-layout.ts';
import { principalComponents } from './principal-components.ts';
import { at } from '../../util/known.ts';

/** `most` of the indices, ascending: the same for every model of the seed, so that their maps show the same images. */
export function sampleIndices(indices: readonly number[], most: number, seed: number): number[] {
  const drawn = random('explained images', seed).permutation(indices.length).slice(0, most);
  return Array.from(drawn, (place) => at(indices, place)).sort((a, b) => a - b);
}

interface Features {
  /** Row-major [images, width]. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Rounded for writing. */
export function embeddingMaps(
  { before, after }: Features,
  width: number,
  seed: number,
): Pick<ExplanationFile['embeddings'], 'pca' | 'umap'> {
  const [planeBefore, planeAfter] = [principalComponents(before, width), principalComponents(after, width)];
  const mapped = (rows: Float32Array) => rounded(umapLayout(rows, width, seed));
  return {
    pca: {
      before: rounded(planeBefore.points),
      after: rounded(planeAfter.points),
      explained: { before: roundedPoint(planeBefore.explained), after: roundedPoint(planeAfter.explained) },
    },
    umap: before.length / width >= MIN_UMAP_POINTS ? { before: mapped(before), after: mapped(after) } : null,
  };
}

const rounded = (points: readonly [number, number][]): [number, number][] => points.map(roundedPoint);
const roundedPoint = ([x, y]: [number, number]): [number, number] => [significant(x, 5), significant(y, 5)];
