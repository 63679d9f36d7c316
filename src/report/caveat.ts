/**
 * The reasons that make the results of a data set weaker than they look. The page shows them beside the answer, too.
 */
import { counted, fixed, whole } from './format.ts';
import type { DatasetResults } from './study.ts';

/** Sentences, the worst first; none without a known objection. */
export function caveatsOf({ images, groups, split, evaluation: { leaks, seeds } }: DatasetResults): string[] {
  const related = leaks.leaks - (leaks.duplicates ?? 0);
  const share = (count: number) =>
    `${whole(count)} of ${whole(leaks.images)} test images (${fixed((100 * count) / leaks.images, 0)} %)`;
  return [
    ...((leaks.duplicates ?? 0) > 0
      ? [
          `${share(leaks.duplicates!)} equal a training image. There, a memorized image counts as recognized: all ` +
            'scores may be too good, and a start that memorizes better may look better.',
        ]
      : []),
    ...(related > 0
      ? [
          `${share(related)} come from a group (patient or lesion) that was also trained on: all scores may be ` +
            'too good.',
        ]
      : []),
    ...(split !== null && split.groupOverlap > 0
      ? [`${counted(split.groupOverlap, 'group')} on two sides of the split.`]
      : []),
    ...(leaks.duplicates === null ? ['No search for test images equal to training images was made.'] : []),
    ...(images === groups
      ? [
          'Every image counts as a group of its own, so the data cannot show two images of one person. If two ' +
            'images are of one person, they may be on both sides of the split, and intervals are too narrow.',
        ]
      : []),
    ...(seeds.length === 1
      ? ['Each model was trained once: intervals hold the choice of test images, not the chance in training.']
      : []),
  ];
}
