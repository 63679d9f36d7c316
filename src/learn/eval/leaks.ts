/** Counts test images that training has nearly seen: an image of the same group or an equal image was trained on. */
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import type { AnswerTable } from './predictions.ts';
import { rowsOfSubset } from './scored.ts';
import { at } from '../../util/known.ts';

interface Leaks {
  /** For testing. */
  readonly images: number;
  /** The number of these with a group that was also trained on, or equal to a training image. */
  readonly leaks: number;
  /** The number of these that equal a training image of any group; null without an audit. */
  readonly duplicates: number | null;
}

/** `equal`: images by name; null without an audit. */
export function countLeaks(predictions: AnswerTable, equal: readonly EqualPair[] | null): Leaks {
  const of = (subset: 'train' | 'test') => rowsOfSubset(predictions, subset).map((row) => at(predictions.images, row));
  const [trained, tested] = [of('train'), of('test')];
  const groups = new Set(trained.map(({ group }) => group));
  const copied = copiesOfTrained(predictions, equal ?? []);
  return {
    images: tested.length,
    leaks: tested.filter(({ group, image }) => groups.has(group) || copied.has(image)).length,
    duplicates: equal === null ? null : tested.filter(({ image }) => copied.has(image)).length,
  };
}

/** Every image that is equal to a training image, by name. */
export function copiesOfTrained(predictions: AnswerTable, equal: readonly EqualPair[]): Set<string> {
  const trained = new Set(rowsOfSubset(predictions, 'train').map((row) => at(predictions.images, row).image));
  return new Set(
    equal.flatMap(([first, second]) => [
      ...(trained.has(first) ? [second] : []),
      ...(trained.has(second) ? [first] : []),
    ]),
  );
}
