/** The paths of the programs that import module stages, built in dist/. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `host` runs a stage; `describe` reads contracts. */
export function stageProgram(name: 'host' | 'describe'): string {
  // All built files lie one folder below dist/; sources, as unit tests run them, two folders beside it.
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/stage/' : '../stage/';
  const program = fileURLToPath(new URL(`${folder}${name}.js`, import.meta.url));
  if (!existsSync(program))
    throw new Error(
      `${program} is missing: the command was not built whole. Run "npm run build", or install the package again.`,
    );
  return program;
}
