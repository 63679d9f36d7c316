/**
 * The reasons that make the results of a data set weaker than they look. The page shows them beside the answer, too.
 */
import { counted, fixed, whole } from './format.ts';
import type { DatasetResults } from './study.ts';

/** Sentences, the worst first; none where nothing is known against the results. */
export function caveatsOf({ images, groups, split, evaluation: { leaks, seeds } }: DatasetResults): string[] {
  const related = leaks.leaks - (leaks.duplicates ?? 0);
  const share = (count: number) =>
    `${whole(count)} of ${whole(leaks.images)} test images (${fixed((100 * count) / leaks.images, 0)} %)`;
  return [
    ...((leaks.duplicates ?? 0) > 0
      ? [
          `${share(leaks.duplicates!)} are equal to a training image. What is remembered counts as recognized there: all scores may be too good, and a start that remembers better may look better.`,
        ]
      : []),
    ...(related > 0
      ? [
          `${share(related)} come from a group (patient or lesion) that was also trained on: all scores may be too good.`,
        ]
      : []),
    ...(split !== null && split.groupOverlap > 0
      ? [`${counted(split.groupOverlap, 'group')} on two sides of the split.`]
      : []),
    ...(leaks.duplicates === null ? ['Nobody looked whether test images are equal to training images.'] : []),
    ...(images === groups
      ? [
          'Every image counts as a group of its own, so nobody can see here whether two are of one person. If some are, they may be on both sides of the split, and intervals are too narrow.',
        ]
      : []),
    ...(seeds.length === 1
      ? ['Each model was trained once: intervals hold the choice of test images, not the chance in training.']
      : []),
  ];
}
