import { availableParallelism } from 'node:os';
import type { Engine } from '../../tensor/engine.ts';
import { openEngine } from '../../tensor/index.ts';

type Resources = Readonly<Record<string, number | string>>;

/** The granted threads (`cpu`), or all without a grant. */
export const grantedThreads = ({ cpu }: Resources): number => (typeof cpu === 'number' ? cpu : availableParallelism());

/** Lends an engine for the time of `use`, with the granted threads. */
export async function withEngine<T>(resources: Resources, use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine('auto', { threads: grantedThreads(resources) });
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}
