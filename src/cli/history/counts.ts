import type { Outcome, PastRun } from '../../formats/past-run.ts';

const WORDS = {
  executed: 'executed',
  restored: 'restored',
  fresh: 'up to date',
  failed: 'failed',
  blocked: 'blocked',
  interrupted: 'interrupted',
  submitted: 'submitted',
  'not-started': 'not started',
} as const satisfies Record<Outcome, string>;

/** `7 executed, 3 up to date`: how the instances of a run ended. */
export function countsText({ instances }: PastRun): string {
  const counts = Object.entries(WORDS).map(([outcome, word]) => ({
    word,
    number: instances.filter(({ ended }) => ended === outcome).length,
  }));
  return counts
    .filter(({ number }) => number > 0)
    .map(({ word, number }) => `${number} ${word}`)
    .join(', ');
}
