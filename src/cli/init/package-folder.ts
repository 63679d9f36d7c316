import { fileURLToPath } from 'node:url';

/** The folder of this package. */
export function packageFolder(): string {
  // All built files lie in a folder of dist/; this source lies three folders deep.
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../..' : '../..', import.meta.url));
}
