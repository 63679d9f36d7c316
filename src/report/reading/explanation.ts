import { readExplanation } from '../../formats/explanation.ts';
import type { Explanation } from '../explanation.ts';
import type { EmbeddedPicture } from '../picture.ts';

/** `explanation.json`; `picture`: cams.png. */
export async function readPicturedExplanation(
  path: string,
  model: string,
  picture: EmbeddedPicture | null,
): Promise<Explanation> {
  const { model: facts, classes, embeddings, mistakes, correct } = await readExplanation(path);
  const { labels, pca, umap } = embeddings;
  const nameOf = (place: number) => {
    const name = classes[place];
    if (name === undefined) throw new Error(`${path}: there is no class ${place}; there are ${classes.length}.`);
    return name;
  };
  const example = ({ image, label, confidence, row }: (typeof correct)[number], predicted: number) => ({
    image,
    label: nameOf(label),
    predicted: nameOf(predicted),
    confidence,
    row,
  });
  const share = ([first, second]: readonly [number, number]) => first + second;
  return {
    model,
    layer: facts.layer,
    side: facts.side,
    classes,
    labels,
    picture,
    embeddings: [
      {
        method: 'PCA',
        before: pca.before,
        after: pca.after,
        explained: { before: share(pca.explained.before), after: share(pca.explained.after) },
      },
      ...(umap === null ? [] : [{ method: 'UMAP' as const, ...umap, explained: null }]),
    ],
    mistakes: mistakes.map((mistake) => example(mistake, mistake.predicted)),
    correct: correct.map((right) => example(right, right.label)),
  };
}
