/**
 * The reasons that make the results of a data set weaker than they look. The page shows them beside the answer, too.
 */
import { counted, fixed, listed, whole } from './format.ts';
import type { Evaluation } from '../formats/evaluation.ts';
import { sanityLines } from './sanity.ts';
import { settingsOf } from './settings.ts';
import type { DatasetResults, Execution } from './study.ts';

/** Sentences, the worst first; none without a known objection. */
export function caveatsOf(dataset: DatasetResults, provenance: readonly Execution[]): string[] {
  const { images, groups, split, evaluation } = dataset;
  const { leaks, seeds } = evaluation;
  const related = leaks.leaks - (leaks.duplicates ?? 0);
  const share = (count: number) =>
    `${whole(count)} of ${whole(leaks.images)} test images (${fixed((100 * count) / leaks.images, 0)} %)`;
  return [
    ...(leaks.duplicates !== null && leaks.duplicates > 0
      ? [
          `${share(leaks.duplicates)} equal a training image. There, a memorized image counts as recognized: all ` +
            'scores may be too good, and a start that memorizes better may look better. The results have the scores ' +
            'without them.',
        ]
      : []),
    ...(related > 0
      ? [
          `${share(related)} come from a group (patient or lesion) that was also trained on: all scores may be ` +
            'too good.',
        ]
      : []),
    ...sanityLines(dataset),
    ...drawnLine(provenance),
    ...balanceLine(evaluation),
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

/** A transfer start of which a part is random is not that start. */
function drawnLine(provenance: readonly Execution[]): string[] {
  const { drawn } = settingsOf(provenance);
  return drawn.length === 0
    ? []
    : [
        `The weights file of a transfer start lacks ${listed(drawn)}: these layers are random. Claims about this start ` +
          'hold for the other layers.',
      ];
}

/** The normal quantile of a test at the level .001. */
const SURE = 3.09;

/** Chi-square test of homogeneity of the training and the test part, by Wilson and Hilferty's approximation (1931). */
function balanceLine({ task, classes, counts: { train, test } }: Evaluation): string[] {
  // Findings do not exclude each other, so that their counts are no parts of one whole.
  if (task === 'findings') return [];
  const cells = classes.map((name, k) => ({ name, trained: train.byClass[k] ?? 0, tested: test.byClass[k] ?? 0 }));
  const seen = cells.filter(({ trained, tested }) => trained + tested > 0);
  const share = train.images / (train.images + test.images);
  const square = seen.reduce((sum, { trained, tested }) => {
    const expected = (trained + tested) * share;
    return sum + (trained - expected) ** 2 / expected + (trained - expected) ** 2 / (trained + tested - expected);
  }, 0);
  const degrees = seen.length - 1;
  if (degrees < 1) return [];
  const z = (Math.cbrt(square / degrees) - 1 + 2 / (9 * degrees)) / Math.sqrt(2 / (9 * degrees));
  if (!(z > SURE)) return [];
  const shift = ({ trained, tested }: (typeof cells)[number]) =>
    Math.abs(trained / train.images - tested / test.images);
  const { name, trained, tested } = seen.reduce((most, cell) => (shift(cell) > shift(most) ? cell : most));
  return [
    `The test part has another class balance than the training part (${name}: ${percent(tested / test.images)} against ` +
      `${percent(trained / train.images)}). Accuracy and log loss depend on the balance; balanced accuracy and AUC do not.`,
  ];
}

const percent = (share: number): string => `${fixed(100 * share, 0)} %`;
