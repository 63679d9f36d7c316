/** Checks one engine in a process of its own: a damaged library ends the process that loads it without a word. */
import path from 'node:path';
import { execa } from 'execa';
import type { EngineCheck } from '../../tensor/check.ts';
import type { PrecisionTimes } from '../../tensor/compare-precisions.ts';
import type { EngineName } from '../../tensor/engine.ts';
import type { AddedEngine } from '../../tensor/installation/part.ts';
import { tryApart } from './try-apart.ts';
import { at, last } from '../../util/known.ts';

interface About {
  readonly engine: EngineName;
  readonly version: string;
  readonly device: string;
}

/** An engine's description and the result of its check. */
type Ran = EngineCheck &
  About & { /** Without it, the engine computes in float32 only. */ readonly precisions?: PrecisionTimes };

/** An engine for GPUs where there is none: it compiles, and nothing was run. */
interface Compiled {
  readonly engine: EngineName;
  readonly agrees: true;
  /** A sentence: why nothing was run. */
  readonly notRun: string;
}

interface Failed {
  readonly engine: EngineName;
  readonly agrees: false;
  readonly error: string;
  readonly remedy: string;
}

export type Checked = Ran | Compiled | Failed;

/** The part that may end its process. */
export async function checkHere(name: EngineName): Promise<Ran | Compiled> {
  const [{ GpuError, openEngine }, { checkEngine }, { comparePrecisions }] = await Promise.all([
    import('../../tensor/index.ts'),
    import('../../tensor/check.ts'),
    import('../../tensor/compare-precisions.ts'),
  ]);
  try {
    const opened = await openEngine(name);
    const checked = await checkEngine(opened);
    const precisions = await comparePrecisions(opened);
    await opened.dispose();
    return { ...(opened.description as unknown as About), ...checked, ...(precisions && { precisions }) };
  } catch (error) {
    if (!(error instanceof GpuError) || !error.isAbsent) throw error;
    return { engine: name, agrees: true, notRun: error.message };
  }
}

export async function checkApart(engine: EngineName): Promise<Checked> {
  const failed = (error: string, remedy: string): Failed => ({ engine, agrees: false, error, remedy });
  const added = engine === 'tensorflow' || engine === 'xla' ? await addedOf(engine) : undefined;
  const remedy = added?.remedy ?? 'Install the dependencies again: npm ci';
  const damage = await added?.damage();
  if (damage !== undefined) return failed(damage, remedy);
  const child = await execa(process.execPath, [at(process.argv, 1), 'engine', 'check', engine, '--here'], {
    reject: false,
  });
  // Libraries may print before.
  if (!child.failed) return JSON.parse(last(child.stdout.trim().split('\n'))) as Ran | Compiled;
  const said = child.stderr.trim().split('\n').join('\n      ');
  return failed(
    `its process ${child.signal === undefined ? 'failed' : `was ended by ${child.signal}`}${said === '' ? ' without a word' : `:\n      ${said}`}`,
    remedy,
  );
}

interface Added {
  readonly remedy: string;
  /** A fault of its files, or of how they find each other; undefined: none. */
  readonly damage: () => Promise<string | undefined>;
}

async function addedOf(engine: AddedEngine): Promise<Added> {
  const { addAnew, findDamage } = await import('../../tensor/installation/intact.ts');
  const damageIn = async (folder: string): Promise<string | undefined> => {
    const damage = await findDamage(folder);
    return damage === undefined ? undefined : `damaged: ${damage}`;
  };
  return {
    remedy: addAnew(engine),
    damage: async () => {
      if (engine === 'xla') {
        const { findXla } = await import('../../tensor/xla/installation/place.ts');
        const found = findXla();
        if (found === undefined) return undefined;
        return (await damageIn(found.folder)) ?? (found.forGpus ? tryApart(found.variant, found.folder) : undefined);
      }
      const { findTensorflow } = await import('../../tensor/tensorflow/installation/place.ts');
      const found = findTensorflow();
      if (found === undefined) return undefined;
      const folder = path.dirname(found.addon);
      const damage = await damageIn(folder);
      const hasGate = found.forGpus && found.from === 'pipeline engine add tensorflow';
      if (damage !== undefined || !hasGate) return damage;
      const missing = await tryApart('tensorflow-gpu', folder);
      return missing && `its libraries for GPUs: ${missing}`;
    },
  };
}
