import { openEngine } from '../../tensor/index.ts';
import type { Engine } from '../../tensor/engine.ts';

/** Lends an engine with that many threads for the time of `use`. */
export async function withEngine<T>(threads: number, use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine('auto', { threads });
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}
