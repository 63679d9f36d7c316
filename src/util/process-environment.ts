import { readFileSync } from 'node:fs';

/**
 * The variables that a process was started with. Undefined if it has ended, is another user's, or there is no /proc.
 */
export function environmentOf(pid: number): Readonly<Record<string, string>> | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return undefined;
  }
  return Object.fromEntries(
    text.split('\0').flatMap((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]];
    }),
  );
}
