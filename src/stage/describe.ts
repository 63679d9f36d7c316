/**
 * The process that reads the contracts of modules: `node describe.js`. It imports each bundle that it is sent, and
 * answers with the contract of its default export. It ends with the runner.
 */
import { pathToFileURL } from 'node:url';
import { contractOf, encodeContract } from './definition/portable.ts';
import { findPackagesFor } from './project-packages.ts';
import type { DescribedBundle, Description } from './protocol.ts';

process.on('message', (bundle: DescribedBundle) => {
  describe(bundle).then(answer, (error: unknown) => {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
process.on('disconnect', () => process.exit(0));

async function describe({ bundle, source }: DescribedBundle): Promise<Description> {
  findPackagesFor(source, bundle, process.cwd());
  const { default: exported } = (await import(pathToFileURL(bundle).href)) as { default?: unknown };
  const contract = contractOf(exported);
  return contract === undefined ? { kind: 'plain' } : { kind: 'contract', contract: encodeContract(contract) };
}

function answer(description: Description): void {
  process.send?.(description);
}
