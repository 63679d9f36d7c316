/** The rule that all choices between trials share: the best one, and a warning where it is the end of its list. */
import type { Trial, Trials } from '../../formats/trials.ts';
import { at } from '../../util/known.ts';
import { significant } from '../../util/number.ts';

type End = Trials['ends'][number];
type WithParams = Pick<Trial, 'params'>;

interface ChosenTrial {
  /** Position of the best one; the first of equals. */
  readonly chosen: number;
  /** Position of the second best one; null if there is one trial. */
  readonly second: number | null;
  readonly ends: End[];
  /** One for each of `ends`. */
  readonly endWarnings: string[];
}

/** `compare` is negative where its first trial is the better one. `trials` has at least one entry. */
export function chooseTrial<T extends WithParams>(
  trials: readonly T[],
  compare: (one: T, other: T) => number,
): ChosenTrial {
  const order = trials.map((_, i) => i).sort((a, b) => compare(at(trials, a), at(trials, b)) || a - b);
  const chosen = at(order, 0);
  const ends = endsOf(trials, chosen);
  return { chosen, second: order[1] ?? null, ends, endWarnings: ends.map((end) => endWarning(end, trials)) };
}

/** The numbers of the chosen trial that are the lowest or highest of at least two that were tried. */
function endsOf(trials: readonly WithParams[], chosen: number): End[] {
  return Object.entries(at(trials, chosen).params).flatMap(([param, value]): End[] => {
    const values = valuesOf(trials, param);
    if (typeof value !== 'number' || values.length < 2) return [];
    // There is nothing below zero, such as a number of kept stages.
    if (value === values[0]) return value === 0 ? [] : [{ param, end: 'lowest' }];
    return value === values.at(-1) ? [{ param, end: 'highest' }] : [];
  });
}

/** The different numbers of a parameter, ascending. */
function valuesOf(trials: readonly WithParams[], param: string): number[] {
  const numbers = trials.flatMap(({ params }) => (typeof params[param] === 'number' ? [params[param]] : []));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function endWarning({ param, end }: End, trials: readonly WithParams[]): string {
  const values = valuesOf(trials, param);
  const beyond = end === 'lowest' ? [beyondFirst(values), ...values] : [...values, beyondFirst([...values].reverse())];
  return (
    `${param}: the ${end} value of the list ${values.join(', ')} was chosen. A value beyond it may be better. Try it ` +
    `for every start: ${beyond.join(', ')}.`
  );
}

/** The first value, further by the step to the second. */
function beyondFirst(values: readonly number[]): number {
  const [first, second] = [at(values, 0), at(values, 1)];
  return significant((first * first) / second, 1);
}
