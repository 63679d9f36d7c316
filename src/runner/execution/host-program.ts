/** The path of the program that runs module stages, built in dist/. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function hostProgram(): string {
  // All built files lie one folder below dist/; sources, as unit tests run them, three folders beside it.
  const place = import.meta.url.endsWith('.ts') ? '../../../dist/stage/host.js' : '../stage/host.js';
  const program = fileURLToPath(new URL(place, import.meta.url));
  if (!existsSync(program))
    throw new Error(
      `${program} is missing: the command was not built whole. Run "npm run build", or install the package again.`,
    );
  return program;
}
