/** Chooses test images to show: the most confident mistakes and, for contrast, the most confident right answers. */
import type { Predictions } from '../eval/predictions.ts';
import { at } from '../../util/known.ts';

const MISTAKES = 12;
const CORRECT = 4;

export interface Example {
  /** Row of the packed images. */
  readonly index: number;
  readonly image: string;
  /** Class numbers. */
  readonly label: number;
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly confidence: number;
}

/** Most confident first; among equally confident ones, the first in the predictions. */
export function chooseExamples({ classes, images, probabilities, predicted }: Predictions): {
  mistakes: Example[];
  correct: Example[];
} {
  const examples = images.flatMap(({ index, image, subset, label }, i): Example[] => {
    const answer = at(predicted, i);
    return subset === 'test'
      ? [{ index, image, label, predicted: answer, confidence: at(probabilities, i * classes.length + answer) }]
      : [];
  });
  const surest = examples.toSorted((a, b) => b.confidence - a.confidence);
  return {
    mistakes: surest.filter(({ label, predicted: answer }) => answer !== label).slice(0, MISTAKES),
    correct: surest.filter(({ label, predicted: answer }) => answer === label).slice(0, CORRECT),
  };
}
