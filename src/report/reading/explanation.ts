import { Type } from '@sinclair/typebox';
import type { Explanation } from '../explanation.ts';
import type { EmbeddedPicture } from '../picture.ts';
import { readJson } from './json.ts';

const Class = Type.Integer({ minimum: 0 });
const Point = Type.Tuple([Type.Number(), Type.Number()]);
const Plane = { before: Type.Array(Point), after: Type.Array(Point) };
const Shown = { image: Type.String(), label: Class, confidence: Type.Number(), row: Type.Integer({ minimum: 0 }) };

const ExplanationFile = Type.Object({
  model: Type.Object({ layer: Type.String(), side: Type.Integer() }),
  classes: Type.Array(Type.String()),
  embeddings: Type.Object({
    labels: Type.Array(Class),
    pca: Type.Object({ ...Plane, explained: Type.Object({ before: Point, after: Point }) }),
    umap: Type.Union([Type.Object(Plane), Type.Null()]),
  }),
  mistakes: Type.Array(Type.Object({ ...Shown, predicted: Class })),
  correct: Type.Array(Type.Object(Shown)),
});

/** `explanation.json`; `picture`: cams.png. */
export async function readExplanation(
  path: string,
  model: string,
  picture: EmbeddedPicture | null,
): Promise<Explanation> {
  const { model: facts, classes, embeddings, mistakes, correct } = await readJson(ExplanationFile, path);
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
