/** Where the two programs lie that the runner starts beside itself: built, in dist/. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function programs(): { readonly supervisor: string; readonly host: string } {
  // The built command lies one folder below dist/, its source three folders beside it (as in unit tests).
  const dist = import.meta.url.endsWith('.ts') ? '../../../dist/' : '../';
  const at = (name: string): string => fileURLToPath(new URL(dist + name, import.meta.url));
  const found = { supervisor: at('runner/supervisor.js'), host: at('stage/host.js') };
  for (const program of Object.values(found)) {
    if (!existsSync(program)) throw new Error(`${program} is missing: the command was not built whole. Run "npm run build", or install the package again.`);
  }
  return found;
}
