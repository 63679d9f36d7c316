/** Adds to a failure what the disk, the log and the project folder tell about its cause. */
import { existsSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Failure } from '../../formats/failure.ts';
import type { Instance } from '../pipeline.ts';
import { explainExit } from './explain-exit.ts';
import { fullDisk } from './full-disk.ts';
import { logTail } from './log-tail.ts';

export interface FailedAttempt {
  readonly instance: Instance;
  readonly log: string;
  readonly began: Date;
  readonly root: string;
  readonly storeFolder: string;
}

/** To be called before the sandbox of the attempt is removed: then a full disk has room again. */
export function explainFailure(failure: Failure, attempt: FailedAttempt): Failure {
  const explained = explain(failure, attempt);
  if (explained.kind !== 'exit' && explained.kind !== 'signal' && explained.kind !== 'missing-output') return explained;
  const full = fullDisk([attempt.storeFolder, attempt.root, process.env.TMPDIR ?? os.tmpdir()]);
  if (full === undefined) return explained;
  // A full disk is a guess. It does not replace a cause that is known.
  const isCause =
    explained.kind === 'missing-output' ||
    (explained.kind === 'exit' && (explained.message === undefined || FULL.test(explained.message)));
  if (isCause) return { kind: 'storage', code: 'ENOSPC', call: 'write', ...full, message: 'disk full' };
  return { ...explained, fullDisk: full };
}

const FULL = /No space left on device|ENOSPC|disk is full/;

function explain(failure: Failure, attempt: FailedAttempt): Failure {
  const { instance, log } = attempt;
  if (failure.kind === 'missing-output') {
    const written = writtenInPlace(failure.outputs, attempt);
    return written.length === 0 ? failure : { ...failure, written };
  }
  if (failure.kind !== 'exit' || failure.message !== undefined || instance.body.kind !== 'command') return failure;
  const message = explainExit(failure.code, logTail(log).join('\n'), instance, process.env);
  return message === undefined ? failure : { ...failure, message };
}

/** The clock of a file system may lag behind by a tick. */
const TICK_MS = 20;

/** Files of the project, relative to its root, that a missing output may have been written to instead of its place. */
function writtenInPlace(outputs: readonly string[], { instance, began, root }: FailedAttempt): string[] {
  const candidates = outputs.flatMap((name) => {
    const output = instance.outputs[name];
    return output === undefined ? [] : [...(output.publish === undefined ? [] : [output.publish]), output.file];
  });
  return [...new Set(candidates)].filter((file) => {
    const absolute = path.resolve(root, file);
    return existsSync(absolute) && statSync(absolute).mtimeMs >= began.getTime() - TICK_MS;
  });
}
