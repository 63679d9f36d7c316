/** A command that cannot do its task. Commands throw it; the command line prints it and turns it into an exit code. */
import type { Diagnostic } from '../formats/diagnostic.ts';
import { exitCode, type ExitCode } from './exit-code.ts';

export class Refusal extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exit: ExitCode;

  constructor(diagnostics: readonly Diagnostic[], exit: ExitCode = exitCode.wrongUsage) {
    super(diagnostics.map(({ message }) => message).join('\n'));
    this.diagnostics = diagnostics;
    this.exit = exit;
  }
}

/** A single fault without a place in a file. */
export function refuse(code: string, message: string, more: Pick<Diagnostic, 'suggestion' | 'remedy'> = {}): Refusal {
  return new Refusal([{ code, severity: 'error', message, ...more }]);
}
