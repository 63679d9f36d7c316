/**
 * The allowed word that was probably meant: at most two edits away, and at most a third of its letters, so that a short
 * name is never taken for another. Among equally close words, the first one wins.
 */
import { at } from './known.ts';

export function suggest(word: string, allowed: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const candidate of allowed) {
    const longer = Math.max(word.length, candidate.length);
    const most = Math.min(2, Math.ceil(longer / 3), longer - 1, fewest - 1);
    if (candidate === word || Math.abs(candidate.length - word.length) > most) continue;
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits <= most) [best, fewest] = [candidate, edits];
  }
  return best;
}

/**
 * Damerau-Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions,
 * substitutions and swaps of neighbours, each once per place. Swaps are the commonest slip of the hand.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}
