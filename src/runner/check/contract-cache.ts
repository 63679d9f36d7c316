/** The contracts of module stages, read once for each bundle. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canonicalJson } from '../../util/canonical-json.ts';
import { digestOf } from '../../util/digest.ts';
import type { DescribedBundle, Description } from '../../stage/protocol.ts';
import type { BundleCache, ModuleCode } from '../code/bundle-cache.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import { readState, writeState } from '../store/state-file.ts';
import { readContracts } from './read-contracts.ts';

export type ModuleContract = Description | { readonly kind: 'unbundled'; readonly diagnostic: Diagnostic };

export interface ContractCache {
  /**
   * By module, relative to the root. A module without `defineStage` is plain and not imported.
   * @param retries imports again the modules whose import failed before: it may have cost the whole time limit
   */
  of(modules: readonly string[], retries: boolean): Promise<ReadonlyMap<string, ModuleContract>>;
}

interface ContractCacheDeps {
  readonly root: string;
  readonly storeFolder: string;
  readonly code: BundleCache;
}

const FORMAT = 'contracts 2';
/** Contracts of earlier versions of the code are dropped. */
const MOST = 500;

export function openContractCache({ root, storeFolder, code }: ContractCacheDeps): ContractCache {
  const stateFile = path.join(storeFolder, 'state', 'contracts');

  /** Imports the bundles, and remembers their contracts. They lie beside the store, which may be read-only. */
  async function learn(
    unknown: readonly (readonly [string, { readonly module: string; readonly made: ModuleCode }])[],
    known: Map<string, Description>,
  ): Promise<void> {
    const folder = await mkdtemp(path.join(tmpdir(), 'contracts-'));
    try {
      const bundles = new Map<string, DescribedBundle>();
      for (const [key, { module, made }] of unknown) {
        const text = await code.textOf(module, made.bundle);
        if (text === undefined) continue; // its sources were saved in between: the next command asks again
        const bundle = path.join(folder, `${key.slice(0, 16)}.mjs`);
        await writeFile(bundle, text);
        bundles.set(key, { bundle, source: path.resolve(root, module) });
      }
      const descriptions = await readContracts(root, [...bundles.values()]);
      [...bundles.keys()].forEach((key, i) => known.set(key, descriptions[i] ?? { kind: 'plain' }));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await writeState(stateFile, FORMAT, [...known].slice(-MOST));
  }

  return {
    async of(modules, retries) {
      const codes = await Promise.all(modules.map(async (module) => [module, await code.of(module)] as const));
      const defined = new Map<string, { readonly module: string; readonly made: ModuleCode }>();
      for (const [module, made] of codes)
        if (made.ok && made.value.definesStage) defined.set(keyOf(made.value), { module, made: made.value });
      const known = new Map(
        defined.size === 0 ? [] : (readState(stateFile, FORMAT) as Iterable<[string, Description]> | undefined),
      );
      const unknown = [...defined].filter(([key]) => !known.has(key) || (retries && known.get(key)?.kind === 'failed'));
      if (unknown.length > 0) await learn(unknown, known);
      return new Map(
        codes.map(([module, made]): [string, ModuleContract] => {
          if (!made.ok) return [module, { kind: 'unbundled', diagnostic: made.error }];
          return [module, known.get(keyOf(made.value)) ?? { kind: 'plain' }];
        }),
      );
    },
  };
}

/** The installed packages are part of the code. */
const keyOf = ({ bundle, packages }: ModuleCode): string => digestOf(canonicalJson([bundle, packages]));
