/** `explanation.json`: heat maps of one fine-tuned network, its confident mistakes, and its features on a plane. */
import { readFile, writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { DatasetError } from '../dataset/error.ts';

const Count = Type.Integer({ minimum: 0 });
/** Position in `classes`. */
const Class = Count;
const Point = Type.Tuple([Type.Number(), Type.Number()]);
const Points = Type.Array(Point);

/** `image`: the path below the data set's folder. `row`: its row of pictures in cams.png, from 0. */
const Shown = { image: Type.String(), label: Class, confidence: Type.Number(), row: Count };

const ExplanationSchema = Type.Object({
  model: Type.Object({
    network: Type.String(),
    /** Side of the images that it sees. */
    size: Count,
    /** The layer of Grad-CAM's activations, and their side. */
    layer: Type.String(),
    side: Count,
    /** The start of fine-tuning: `random` or `weights`. */
    start: Type.String(),
  }),
  classes: Type.Array(Type.String()),
  /** Features of test images on a plane, before and after fine-tuning; points in the order of `images`. */
  embeddings: Type.Object({
    images: Type.Array(Type.String()),
    labels: Type.Array(Class),
    /** Principal components; `explained`: the share of the variance along either axis. */
    pca: Type.Object({ before: Points, after: Points, explained: Type.Object({ before: Point, after: Point }) }),
    /** null for fewer than 30 images. */
    umap: Type.Union([Type.Object({ before: Points, after: Points }), Type.Null()]),
  }),
  /** Test images, the most confident first. */
  mistakes: Type.Array(Type.Object({ ...Shown, predicted: Class })),
  correct: Type.Array(Type.Object(Shown)),
});

export type Explanation = Static<typeof ExplanationSchema>;

export async function writeExplanation(path: string, explanation: Explanation): Promise<void> {
  await writeFile(path, `${JSON.stringify(explanation)}\n`);
}

/** Throws DatasetError, naming file and field, if it differs from the files of the stage. */
export async function readExplanation(path: string): Promise<Explanation> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const fault = Value.Errors(ExplanationSchema, value).First();
  if (fault !== undefined)
    throw new DatasetError(`${path}${fault.path}: ${fault.message}; found ${JSON.stringify(fault.value)}.`);
  return value as Explanation;
}
