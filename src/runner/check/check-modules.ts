/** `pipeline check`: compares a pipeline with its modules before anything runs. */
import type { Locate } from '../config/locate.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { Instance } from '../pipeline.ts';
import type { ContractCache, ModuleContract } from './contract-cache.ts';

export interface ModuleCheck {
  /** Inputs, parameters and outputs that do not fit. */
  readonly faults: readonly Diagnostic[];
  /** Modules that could not be bundled or imported. */
  readonly unread: readonly Diagnostic[];
  /** The number of stages that were compared. */
  readonly compared: number;
}

/** @param retries imports again the modules whose import failed before */
export async function checkModules(
  instances: readonly Instance[],
  locate: Locate,
  cache: ContractCache,
  retries: boolean,
): Promise<ModuleCheck> {
  const users = new Map<string, Instance>();
  for (const instance of instances)
    if (instance.body.kind === 'module' && !users.has(instance.body.module)) users.set(instance.body.module, instance);
  const found = await cache.of([...users.keys()], retries);
  const unread = [...users].flatMap(([module, user]) => unreadModule(module, user, found.get(module), locate));
  if (![...found.values()].some(({ kind }) => kind === 'contract')) return { faults: [], unread, compared: 0 };
  // TypeBox takes longer to load than everything else that a run with nothing to do needs.
  const [{ checkInstances }, { decodeContract }] = await Promise.all([
    import('./check-instances.ts'),
    import('../../stage/definition/portable.ts'),
  ]);
  const contracts = new Map(
    [...found].flatMap(([module, each]) =>
      each.kind === 'contract' ? [[module, decodeContract(each.contract)] as const] : [],
    ),
  );
  const compared = new Set(
    instances.flatMap(({ stage, body }) => (body.kind === 'module' && contracts.has(body.module) ? [stage] : [])),
  );
  return { faults: checkInstances(instances, contracts, locate), unread, compared: compared.size };
}

function unreadModule(
  module: string,
  user: Instance,
  contract: ModuleContract | undefined,
  locate: Locate,
): Diagnostic[] {
  if (contract?.kind === 'unbundled') return [contract.diagnostic];
  if (contract?.kind !== 'failed') return [];
  const { location } = locate(user, { field: 'module', path: [], at: 'value' });
  return [
    {
      code: 'module-import',
      severity: 'error',
      message: `${module} cannot be imported: ${contract.message}`,
      location,
      remedy: 'Correct the module, or install the package that it lacks.',
    },
  ];
}
