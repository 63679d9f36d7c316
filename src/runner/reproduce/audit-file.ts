/** Audits as files: `<store>/audits/<fingerprint>.json`, the last one of each result. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import type { Audit } from '../audit.ts';
import type { Fingerprint } from '../fingerprint.ts';

export async function saveAudit(storeFolder: string, audit: Audit): Promise<void> {
  const file = fileOf(storeFolder, audit.fingerprint);
  mkdirSync(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(audit, null, 2)}\n`);
}

/** Undefined if the result was never audited, or by a version with another format. */
export function readAudit(storeFolder: string, fingerprint: Fingerprint): Audit | undefined {
  try {
    const audit = JSON.parse(readFileSync(fileOf(storeFolder, fingerprint), 'utf8')) as
      Audit | { readonly format: unknown };
    return audit.format === 1 ? (audit as Audit) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const fileOf = (storeFolder: string, fingerprint: Fingerprint): string =>
  path.join(storeFolder, 'audits', `${fingerprint}.json`);
