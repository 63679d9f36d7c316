import { availableParallelism } from 'node:os';
import type { Engine } from '../../tensor/engine.ts';
import { openEngine } from '../../tensor/index.ts';

/** Lends an engine for the time of `use`, with the granted threads (`cpu`), or all without a grant. */
export async function withEngine<T>(
  { cpu }: Readonly<Record<string, number | string>>,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await openEngine('auto', { threads: typeof cpu === 'number' ? cpu : availableParallelism() });
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}
