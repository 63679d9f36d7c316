/** Found objects beside the true ones of the pictures, and the guess that sees no image. */
import type { LabeledPicture, ObjectClass } from '../../../formats/objects.ts';
import type { Subset } from '../../../formats/subset.ts';
import { at } from '../../../util/known.ts';
import { DatasetError } from '../../dataset/error.ts';
import type { FoundBox, WantedBox } from './average-precision.ts';
import type { Box } from './box.ts';
import { centerOf, constantBox, constantPoint } from './landmarks.ts';
import type { ScoredBoxes } from './scored-boxes.ts';

const wantedIn = ({ objects }: LabeledPicture): WantedBox[] =>
  objects.map(({ class: of, ...box }) => ({ class: of, box }));

/** The images of one subset, in their order. Throws DatasetError if one was not predicted. */
export function detectedImages(
  found: ReadonlyMap<number, readonly FoundBox[]>,
  indices: readonly number[],
  pictures: readonly LabeledPicture[],
  { file, subset }: { readonly file: string; readonly subset: Subset },
): ScoredBoxes {
  return indices.map((index) => {
    const own = found.get(index);
    if (own === undefined)
      throw new DatasetError(`${file} has no image ${index} of the ${subset} subset; both must be of one split.`);
    return { found: own, wanted: wantedIn(at(pictures, index)) };
  });
}

/** For each class the medians of the training objects, in fractions of their pictures. */
export function guessObjects(
  { train, test }: { readonly train: readonly number[]; readonly test: readonly number[] },
  pictures: readonly LabeledPicture[],
  classes: readonly ObjectClass[],
): ScoredBoxes {
  const guesses = classes.map(({ kind }, k) => {
    const boxes = train.flatMap((index) => fractionsIn(at(pictures, index), k));
    if (boxes.length === 0) return null;
    return kind === 'box' ? constantBox(boxes) : { ...pointBox(constantPoint(boxes.map(centerOf))) };
  });
  return test.map((index) => {
    const picture = at(pictures, index);
    const found = guesses.flatMap((box, k) =>
      box === null ? [] : [{ class: k, score: 1, box: scaled(box, picture.width, picture.height) }],
    );
    return { found, wanted: wantedIn(picture) };
  });
}

const fractionsIn = ({ width, height, objects }: LabeledPicture, of: number): Box[] =>
  objects.filter((object) => object.class === of).map((box) => scaled(box, 1 / width, 1 / height));

const pointBox = ({ x, y }: { readonly x: number; readonly y: number }): Box => ({
  ...{ left: x, top: y, width: 0, height: 0 },
});

const scaled = ({ left, top, width, height }: Box, across: number, down: number): Box => ({
  ...{ left: left * across, top: top * down, width: width * across, height: height * down },
});
