import type { Diagnostic } from '../../formats/diagnostic.ts';

/** The lockfile became unreadable while a command was at work. Results are in the store, and no entry is lost. */
export class LockfileError extends Error {
  override name = 'LockfileError';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(`${diagnostic.message} ${diagnostic.remedy ?? ''}`.trim());
    this.diagnostic = diagnostic;
  }
}
