/** A command that cannot do what it was asked: thrown by commands, shown and turned into an exit code by the command line. */
import type { Diagnostic } from '../runner/diagnostic.ts';
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
