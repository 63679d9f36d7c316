/** The answer in two sentences for each data set: the best start, and the effect of self-supervision. */
import type { Evaluation } from '../formats/evaluation.ts';
import { cannotTell, differenceOf, type PairedDifference } from './difference.ts';
import { fixed, listed, signed } from './format.ts';
import { metricWords, type MetricWords } from './metric.ts';
import { fullName, modelWords } from './model.ts';
import type { DatasetResults } from './study.ts';

interface Verdict {
  readonly best: string;
  readonly effect: string;
}

export function verdictOf({ evaluation }: DatasetResults, metric: string, transfer: string): Verdict {
  const words = metricWords(metric);
  const nameOf = (model: string) => fullName(modelWords(model, transfer));
  return {
    best: bestSentence(evaluation, metric, words, nameOf),
    effect: effectSentence(evaluation, metric, words, transfer),
  };
}

/** Models by their mean on the test part, the best first. */
function ranked({ models }: Evaluation, metric: string): { readonly model: string; readonly mean: number }[] {
  const sign = metricWords(metric).better === 'higher' ? -1 : 1;
  const scored = models.flatMap(({ model, summary }) => {
    const mean = summary.test[metric]?.mean ?? null;
    return mean === null ? [] : [{ model, mean }];
  });
  return scored.sort((a, b) => sign * (a.mean - b.mean));
}

function bestSentence(
  evaluation: Evaluation,
  metric: string,
  words: MetricWords,
  nameOf: (model: string) => string,
): string {
  const [best, ...others] = ranked(evaluation, metric);
  if (best === undefined) return `No model has a ${words.name} on this test set.`;
  const lead =
    `${nameOf(best.model)} has the ${words.better === 'higher' ? 'highest' : 'lowest'} test ${words.name}, ` +
    fixed(best.mean, words.digits);
  if (others.length === 0) return `${lead}.`;
  const open = others.filter(({ model }) => {
    const difference = differenceOf(evaluation, best.model, model, metric);
    return difference === null || cannotTell(difference);
  });
  const clear = others.filter((other) => !open.includes(other));
  if (open.length === 0) {
    const second = others[0]!;
    return (
      `${lead}, ahead of the next, ${nameOf(second.model)}, by ` +
      `${differenceText(differenceOf(evaluation, best.model, second.model, metric)!, words, 'size')}.`
    );
  }
  const beaten = clear.length === 0 ? '' : ` It is better than ${listed(clear.map(({ model }) => nameOf(model)))}.`;
  return (
    `${lead}, but whether it is better than ${listed(open.map(({ model }) => nameOf(model)))} we cannot tell: the ` +
    `${open.length === 1 ? 'interval of the difference includes' : 'intervals of the differences include'} ` +
    `0.${beaten}`
  );
}

function effectSentence(evaluation: Evaluation, metric: string, words: MetricWords, transfer: string): string {
  const clauses = [
    { start: 'a random start', with: 'M2', without: 'M1' },
    { start: `the ${transfer} start`, with: 'M4', without: 'M3' },
  ].flatMap(({ start, with: withSsl, without }) => {
    const difference = differenceOf(evaluation, withSsl, without, metric);
    return difference === null
      ? []
      : [
          `from ${start} ${effectOf(difference, words)} (${differenceText(difference, words, 'signed')}, ` +
            `${withSsl} − ${without})`,
        ];
  });
  return clauses.length === 0 ? '' : `Self-supervised pre-training on the same images: ${clauses.join('; ')}.`;
}

function effectOf(difference: PairedDifference, { name, better }: MetricWords): string {
  if (cannotTell(difference)) return 'we cannot tell whether it helps';
  return difference.mean! > 0 === (better === 'higher') ? `it improves ${name}` : `it worsens ${name}`;
}

/** `0.031 [0.012, 0.050]` */
export function differenceText(
  { mean, low, high }: PairedDifference,
  { digits }: MetricWords,
  form: 'size' | 'signed',
): string {
  if (form === 'signed') return `${signed(mean, digits)} [${signed(low, digits)}, ${signed(high, digits)}]`;
  const ends = [low, high].map((end) => (end === null ? null : Math.abs(end))).sort((a, b) => (a ?? 0) - (b ?? 0));
  return (
    `${fixed(mean === null ? null : Math.abs(mean), digits)} [${fixed(ends[0]!, digits)}, ` +
    `${fixed(ends[1]!, digits)}]`
  );
}
