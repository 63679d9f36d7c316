import type { SourceLocation } from './pipeline.ts';

/** One fault of the configuration: place, finding, allowed values, remedy. */
export interface Diagnostic {
  /** Stable, for scripts: `unknown-stage`, `duplicate-key`, ... All are listed in docs/diagnostics.md. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly location?: SourceLocation;
  /** Did you mean ...? */
  readonly suggestion?: string;
  readonly remedy?: string;
  readonly related?: readonly { readonly message: string; readonly location: SourceLocation }[];
}
