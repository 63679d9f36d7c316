/** Checks one engine in a process of its own: a damaged library ends the process that loads it without a word. */
import path from 'node:path';
import { execa } from 'execa';
import type { EngineCheck } from '../../tensor/check.ts';
import type { EngineName } from '../../tensor/engine.ts';

/** An engine's description and the result of its check. */
type Done = EngineCheck & { readonly engine: EngineName; readonly version: string; readonly device: string };

export type Checked =
  Done | { readonly engine: EngineName; readonly agrees: false; readonly error: string; readonly remedy: string };

/** The part that may end its process. */
export async function checkHere(name: EngineName): Promise<Done> {
  const [{ openEngine }, { checkEngine }] = await Promise.all([
    import('../../tensor/index.ts'),
    import('../../tensor/check.ts'),
  ]);
  const opened = await openEngine(name);
  const checked = await checkEngine(opened);
  await opened.dispose();
  return { ...(opened.description as unknown as Done), ...checked };
}

export async function checkApart(engine: EngineName): Promise<Checked> {
  const failed = (error: string, remedy: string): Checked => ({ engine, agrees: false, error, remedy });
  const { ADD_ANEW, findDamage } = await import('../../tensor/tensorflow/installation/intact.ts');
  const remedy = engine === 'tensorflow' ? ADD_ANEW : 'Install the dependencies again: npm ci';
  if (engine === 'tensorflow') {
    const { findTensorflow } = await import('../../tensor/tensorflow/installation/place.ts');
    const damage = await findDamage(path.dirname(findTensorflow()!.addon));
    if (damage !== undefined) return failed(`damaged: ${damage}`, remedy);
  }
  const child = await execa(process.execPath, [process.argv[1]!, 'engine', 'check', engine, '--here'], {
    reject: false,
  });
  if (!child.failed) return JSON.parse(child.stdout.trim().split('\n').at(-1)!) as Done; // libraries may print before
  const said = child.stderr.trim().split('\n').join('\n      ');
  return failed(
    `its process ${child.signal === undefined ? 'failed' : `was ended by ${child.signal}`}${said === '' ? ' without a word' : `:\n      ${said}`}`,
    remedy,
  );
}
