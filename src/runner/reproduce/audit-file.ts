/** Audits as files: `<store>/audits/<fingerprint>-<result>.json`, the last one of each result. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import type { Reproduction } from '../../formats/reproduction.ts';
import type { RecordKey } from '../store/record-file.ts';

export async function saveAudit(storeFolder: string, key: RecordKey, audit: Reproduction): Promise<void> {
  const file = fileOf(storeFolder, key);
  mkdirSync(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(audit, null, 2)}\n`);
}

/** Undefined if the result was never audited, or by a version with another format. */
export function readAudit(storeFolder: string, key: RecordKey): Reproduction | undefined {
  try {
    const audit = JSON.parse(readFileSync(fileOf(storeFolder, key), 'utf8')) as
      Reproduction | { readonly format: unknown };
    return audit.format === 1 ? (audit as Reproduction) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const fileOf = (storeFolder: string, { fingerprint, result }: RecordKey): string =>
  path.join(storeFolder, 'audits', `${fingerprint}-${result}.json`);
