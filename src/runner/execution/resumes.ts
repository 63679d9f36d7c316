/**
 * How often a piece of work continued from its checkpoint. The count lies in the checkpoint folder itself, so that it
 * lives exactly as long.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FILE = '.resumes';

/** Called before each attempt. The count includes this attempt, if it finds a checkpoint. */
export function countResume(checkpoint: string): { readonly resumed: boolean; readonly resumes: number } {
  const names = readdirSync(checkpoint);
  const file = path.join(checkpoint, FILE);
  const before = names.includes(FILE) ? Number(readFileSync(file, 'utf8')) : 0;
  const resumed = names.some((name) => name !== FILE);
  if (resumed) writeFileSync(file, String(before + 1));
  return { resumed, resumes: resumed ? before + 1 : before };
}
