/** The paths of files that the build makes. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute. @param name relative to dist/. Throws if it is missing. */
export function builtFile(name: string): string {
  // All built files lie one folder below dist/; sources, as unit tests run them, two folders beside it.
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/' : '../';
  const file = fileURLToPath(new URL(`${folder}${name}`, import.meta.url));
  if (!existsSync(file))
    throw new Error(
      `${file} is missing: the command was not built whole. Run "npm run build", or install the package again.`,
    );
  return file;
}
