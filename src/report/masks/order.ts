/** Whether the order of the starts is the same for masks as for classes. */
import { counted, listed } from '../format.ts';
import { metricWords } from '../metric.ts';
import type { MaskDataset } from './study.ts';

export interface OrderComparison {
  /** The best first. */
  readonly masks: readonly string[];
  /** The best first, of the same models. */
  readonly classes: readonly string[];
  /** Pairs of models that both studies order alike, and all pairs. */
  readonly alike: number;
  readonly pairs: number;
}

/** Null without a study of classes, or with fewer than two common models. */
export function compareOrders({ evaluation, classes }: MaskDataset, metric: string): OrderComparison | null {
  if (classes === null) return null;
  const scores = evaluation.models.flatMap(({ model, summary }) => {
    const [mask, label] = [summary.test[metric]?.mean ?? null, classes.scores.get(model)];
    return mask === null || label === undefined
      ? []
      : [{ model, mask: signOf(metric) * mask, label: signOf(classes.metric) * label }];
  });
  if (scores.length < 2) return null;
  const pairs = scores.flatMap((one, i) => scores.slice(i + 1).map((other) => [one, other] as const));
  const alike = pairs.filter(([a, b]) => (a.mask - b.mask) * (a.label - b.label) > 0);
  return {
    masks: [...scores].sort((a, b) => b.mask - a.mask).map(({ model }) => model),
    classes: [...scores].sort((a, b) => b.label - a.label).map(({ model }) => model),
    alike: alike.length,
    pairs: pairs.length,
  };
}

const signOf = (metric: string): number => (metricWords(metric).better === 'higher' ? 1 : -1);

export function orderSentence(
  { masks, classes, alike, pairs }: OrderComparison,
  metric: string,
  other: string,
): string {
  const same = masks.join() === classes.join();
  return (
    `${same ? 'The order of the starts holds for masks' : 'The order of the starts is another one for masks'}: by ` +
    `${metricWords(metric).name} ${listed(masks)}, by ${metricWords(other).name} of classes ${listed(classes)}, the best ` +
    `first. ${alike} of ${counted(pairs, 'pair')} are ordered alike. The order is one of means; the intervals above tell ` +
    'which differences are sure.'
  );
}
