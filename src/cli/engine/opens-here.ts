/** Opens an engine in this process, which a damaged library may end. */
import type { EngineName } from '../../tensor/engine.ts';

export type Opened =
  | { readonly opened: true; readonly device: string }
  /** A clause. */
  | { readonly opened: false; readonly error: string };

export async function opensHere(name: EngineName): Promise<Opened> {
  const { openEngine } = await import('../../tensor/index.ts');
  try {
    const engine = await openEngine(name);
    const device = String(engine.description.device);
    await engine.dispose();
    return { opened: true, device };
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { opened: false, error: first };
  }
}
