/** The exit code of a run, by its events and by its end. */
import type { RunSummary } from '../formats/events.ts';
import type { RunEvent } from '../runner/event.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import type { Interruption } from './interruption.ts';

export class RunVerdict {
  /** The store or the disk has refused something. */
  #storeFailed = false;
  /** An audited result came out differently. */
  #auditDiffers = false;

  handle(event: RunEvent): void {
    if (event.type === 'failed' && (event.failure.kind === 'storage' || event.failure.kind === 'damaged'))
      this.#storeFailed = true;
    if (event.type === 'audited' && event.audit.verdict === 'different') this.#auditDiffers = true;
  }

  exitCode({ outcome }: RunSummary, interruption: Interruption): ExitCode {
    switch (outcome) {
      case 'done':
        return this.#auditDiffers ? exitCode.gateFailed : exitCode.done;
      case 'failed':
        return this.#storeFailed ? exitCode.storeDamaged : exitCode.stageFailed;
      case 'interrupted':
        return interruption.code() ?? exitCode.interrupted;
    }
  }
}
