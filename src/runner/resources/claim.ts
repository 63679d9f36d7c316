/** Two runners on one store: whoever claims a fingerprint first executes it, the others wait and take the result. */
import { linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isProvablyDead, writeOwner } from '../store/owner.ts';
import type { Fingerprint } from '../fingerprint.ts';

export interface Claim {
  /** Somebody else held it before. */
  readonly waited: boolean;
  release(): void;
}

const POLL_MS = 200;

/** Undefined when the signal aborted while waiting. */
export async function claim(storeFolder: string, fingerprint: Fingerprint, signal: AbortSignal, onWait: (holder: string) => void): Promise<Claim | undefined> {
  const folder = path.join(storeFolder, 'claims');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, fingerprint);
  for (let waited = false; !signal.aborted; waited = true) {
    if (tryClaim(file)) {
      return {
        waited,
        release: () => {
          rmSync(file, { force: true });
        },
      };
    }
    if (isProvablyDead(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!waited) onWait(holderOf(file));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}

/** A link appears whole or not at all, so nobody reads half a claim. */
function tryClaim(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeOwner(draft);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function holderOf(file: string): string {
  try {
    const { host, pid } = JSON.parse(readFileSync(file, 'utf8')) as { host: string; pid: number };
    return host === os.hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  } catch {
    return 'another runner';
  }
}
