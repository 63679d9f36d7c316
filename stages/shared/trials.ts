/** The settings of trials: the axes in which they differ. */
import type { Trial } from '../../src/formats/trials.ts';

/** The one seed of all trials. Throws if they have several. */
export function seedOfTrials(members: readonly { readonly axes: { readonly seed: number } }[]): number {
  const [seed, ...others] = new Set(members.map(({ axes }) => axes.seed));
  if (seed !== undefined && others.length === 0) return seed;
  throw new Error(`Trials are compared with one seed; these have the seeds ${[seed, ...others].join(', ')}.`);
}

/** The axes of a trial that the stage which compares them lacks, without the seed. */
export function settingsOf(axes: Readonly<Record<string, unknown>>, own: object): Trial['params'] {
  const settings = Object.entries(axes).filter(([name]) => name !== 'seed' && !Object.hasOwn(own, name));
  return Object.fromEntries(settings) as Trial['params'];
}
