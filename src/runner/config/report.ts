/** Gathers every fault of a pipeline file; the same fault at the same place, met by many instances, counts once. */
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { DiagnosticCode } from './codes.ts';
import { locationOf, type Origin } from './source.ts';

export interface Details {
  readonly suggestion?: string | undefined;
  readonly remedy?: string | undefined;
  readonly related?: readonly { readonly message: string; readonly at: Origin }[];
}

export class Report {
  readonly #diagnostics = new Map<string, Diagnostic>();
  readonly #once = new Set<string>();
  #failed = false;

  error(code: DiagnosticCode, at: Origin | undefined, message: string, details: Details = {}): void {
    this.#failed = true;
    this.#add('error', code, at, message, details);
  }

  /** For faults of many instances: only the first message of this code at this place is kept. */
  errorOnce(code: DiagnosticCode, at: Origin, message: string, details: Details = {}): void {
    const position = JSON.stringify([code, at.source.file, at.offset]);
    if (this.#once.has(position)) return;
    this.#once.add(position);
    this.error(code, at, message, details);
  }

  warning(code: DiagnosticCode, at: Origin, message: string, details: Details = {}): void {
    this.#add('warning', code, at, message, details);
  }

  /** True if there is an error. */
  get failed(): boolean {
    return this.#failed;
  }

  get errors(): readonly Diagnostic[] {
    return this.#of('error');
  }

  get warnings(): readonly Diagnostic[] {
    return this.#of('warning');
  }

  /** File by file in the order of their first fault, each from top to bottom; faults of the command line first. */
  #of(severity: Diagnostic['severity']): Diagnostic[] {
    const chosen = [...this.#diagnostics.values()].filter((diagnostic) => diagnostic.severity === severity);
    const files = [...new Set(chosen.map(({ location }) => location?.file))];
    const rank = ({ location }: Diagnostic) =>
      location === undefined ? [-1, 0, 0] : [files.indexOf(location.file), location.line, location.column];
    return chosen.sort((a, b) => compareRanks(rank(a), rank(b)));
  }

  #add(
    severity: Diagnostic['severity'],
    code: DiagnosticCode,
    at: Origin | undefined,
    message: string,
    { suggestion, remedy, related }: Details,
  ): void {
    const key = JSON.stringify([code, at?.source.file, at?.offset, message]);
    if (this.#diagnostics.has(key)) return;
    this.#diagnostics.set(key, {
      code,
      severity,
      message,
      ...(at === undefined ? {} : { location: locationOf(at) }),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(remedy === undefined ? {} : { remedy }),
      ...(related === undefined
        ? {}
        : { related: related.map((other) => ({ message: other.message, location: locationOf(other.at) })) }),
    });
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  return a.map((rank, i) => rank - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
