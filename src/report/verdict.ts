/** The answer in two sentences for each data set: the best start, and the effect of self-supervision. */
import type { Compared, ComparedDataset } from './compared.ts';
import { certaintyOf, contrastsIn, type AskedContrast, type Kind } from './contrast.ts';
import { cannotTell, differenceOf, type PairedDifference } from './difference.ts';
import { fixed, listed, signed } from './format.ts';
import { metricWords, type MetricWords } from './metric.ts';
import { fullName, modelWords } from './model.ts';
import { at, present } from '../util/known.ts';

interface Verdict {
  readonly best: string;
  readonly effect: string;
}

export function verdictOf({ evaluation }: Pick<ComparedDataset, 'evaluation'>, metric: string): Verdict {
  const words = metricWords(metric);
  const nameOf = (model: string) => fullName(modelWords(model, evaluation.models));
  return {
    best: bestSentence(evaluation, metric, words, nameOf),
    effect: effectSentences(evaluation, metric, words),
  };
}

/** Models by their mean on the test part, the best first. */
function ranked({ models }: Compared, metric: string): { readonly model: string; readonly mean: number }[] {
  const sign = metricWords(metric).better === 'higher' ? -1 : 1;
  const scored = models.flatMap(({ model, summary }) => {
    const mean = summary.test[metric]?.mean ?? null;
    return mean === null ? [] : [{ model, mean }];
  });
  return scored.sort((a, b) => sign * (a.mean - b.mean));
}

/** More models that are certainly beaten are counted. */
const MOST_NAMED = 4;

function bestSentence(
  evaluation: Compared,
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
  const unsupported = open.some(({ model }) => differenceOf(evaluation, best.model, model, metric)?.low === null);
  if (open.length === 0) {
    const second = at(others, 0);
    return (
      `${lead}, ahead of the next, ${nameOf(second.model)}, by ` +
      `${differenceText(present(differenceOf(evaluation, best.model, second.model, metric), 'difference'), words, 'size')}.`
    );
  }
  const beaten =
    clear.length > MOST_NAMED
      ? ` It is better than the ${clear.length} others.`
      : clear.length > 0
        ? ` It is better than ${listed(clear.map(({ model }) => nameOf(model)))}.`
        : '';
  return (
    `${lead}, but whether it is better than ${listed(open.map(({ model }) => nameOf(model)))} we cannot tell: the ` +
    `${open.length === 1 ? 'interval of the difference includes' : 'intervals of the differences include'} ` +
    `0${unsupported ? ', or too few test images decide it' : ''}.${beaten}`
  );
}

const LEADS: Readonly<Record<Kind, string>> = {
  'against none': 'Pre-training on the same images, against none',
  'against longer': 'Pre-training, against as much longer plain training',
  start: 'Starts without pre-training',
  declared: 'Differences that the study declares',
};

/** More differences of one kind are named without their numbers, which the picture and the tables show. */
const MOST_WITH_NUMBERS = 3;

/** One sentence for each kind of question that the study asks. */
function effectSentences(evaluation: Compared, metric: string, words: MetricWords): string {
  const asked = contrastsIn(evaluation, metric);
  const { level } = evaluation.bootstrap;
  return (Object.keys(LEADS) as Kind[])
    .flatMap((kind) => {
      const own = asked.filter((contrast) => contrast.kind === kind);
      if (own.length === 0) return [];
      const clauses =
        own.length <= MOST_WITH_NUMBERS
          ? own.map((contrast) => {
              const { model, against, note, difference } = contrast;
              const numbers = `${differenceText(difference, words, 'signed')}, ${model} − ${against}`;
              return `${note || model} ${effectOf(difference, words, level)} (${numbers})`;
            })
          : grouped(own, words, level);
      return [`${LEADS[kind]}: ${clauses.join('; ')}.`];
    })
    .join(' ');
}

/** Notes by their effect, in the order of first appearance. */
function grouped(contrasts: readonly AskedContrast[], words: MetricWords, level: number): string[] {
  const byEffect = new Map<string, string[]>();
  for (const { note, model, against, difference } of contrasts) {
    const effect = effectOf(difference, words, level);
    byEffect.set(effect, [...(byEffect.get(effect) ?? []), note || `${model} − ${against}`]);
  }
  return [...byEffect].map(([effect, notes]) => `${effect}: ${listed(notes)}`);
}

function effectOf(difference: AskedContrast['difference'], { name, better }: MetricWords, level: number): string {
  const certainty = certaintyOf(difference, level);
  if (certainty === 'open') return 'makes no difference that we can tell';
  if (better === 'zero') return `changes ${name}`;
  const effect = (difference.mean ?? 0) > 0 === (better === 'higher') ? `improves ${name}` : `worsens ${name}`;
  return certainty === 'adjusted' ? effect : `${effect} by itself, but not after the adjustment for all differences`;
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
    `${fixed(mean === null ? null : Math.abs(mean), digits)} [${fixed(at(ends, 0), digits)}, ` +
    `${fixed(at(ends, 1), digits)}]`
  );
}
