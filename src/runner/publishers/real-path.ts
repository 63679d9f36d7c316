import { realpathSync } from 'node:fs';
import path from 'node:path';

/** With all links resolved. The part that does not exist yet stays as it is. */
export function realPathOf(absolute: string): string {
  try {
    return realpathSync.native(absolute);
  } catch {
    const folder = path.dirname(absolute);
    return folder === absolute ? absolute : path.join(realPathOf(folder), path.basename(absolute));
  }
}
