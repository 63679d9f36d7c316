import { confusionMatrix, countsByClass } from './confusion.ts';
import type { Metric } from './scored.ts';

/**
 * Cohen's kappa with quadratic weights over the order of the classes (`cohen_kappa_score(weights='quadratic',
 * labels=range(classes))`): 1 minus the squared distance of the predicted from the labeled grade, relative to the
 * distance that the two margins give by chance. NaN when all is one class.
 */
export const quadraticWeightedKappa: Metric = (scored) => (weights) => {
  const { classes } = scored;
  const confusion = confusionMatrix(scored, weights);
  const margins = countsByClass(confusion, classes);
  const total = margins.reduce((sum, { labeled }) => sum + labeled, 0);
  let observed = 0;
  let expected = 0;
  for (const [label, { labeled }] of margins.entries()) {
    for (const [answer, { predicted }] of margins.entries()) {
      const distance = (label - answer) ** 2;
      observed += distance * (confusion[label * classes + answer] ?? 0);
      expected += (distance * labeled * predicted) / total;
    }
  }
  return 1 - observed / expected;
};
