/** Faults of the configuration, as a person or as a program reads them. */
import { excerpt } from '../runner/config/excerpt.ts';
import type { Diagnostic } from '../runner/diagnostic.ts';
import type { SourcePlace } from '../runner/pipeline.ts';
import type { Colors } from './colors.ts';
import type { Terminal } from './terminal.ts';
import { shownFrom } from './workspace.ts';

/** All of them in one pass: people to standard error; `--json` as one line on standard output. */
export async function writeDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal, json: boolean): Promise<void> {
  if (json) {
    terminal.results.write(`${JSON.stringify({ v: 1, type: 'diagnostics', diagnostics: diagnostics.map(diagnosticDocument) })}\n`);
    return;
  }
  const show = shownFrom(terminal.folder);
  for (const diagnostic of diagnostics) terminal.messages.write(await diagnosticText(diagnostic, show, terminal.messages.colors));
}
