import { distance } from 'fastest-levenshtein';

/** The allowed word that was probably meant: at most two edits away, and at most a third of its letters. */
export function suggest(word: string, allowed: readonly string[]): string | undefined {
  const ranked = allowed.map((candidate) => ({ candidate, edits: distance(word, candidate) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.min(2, Math.ceil(best.candidate.length / 3)) ? best.candidate : undefined;
}
