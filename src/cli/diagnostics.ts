/** Faults of the configuration, as a person or as a program reads them. */
import { readFileSync } from 'node:fs';
import { excerpt } from '../runner/config/excerpt.ts';
import type { Diagnostic, DiagnosticDocument, SourceLocation } from '../formats/diagnostic.ts';
import type { Colors } from './colors.ts';
import type { Terminal } from './terminal.ts';
import { shownFrom } from './shown-path.ts';

/** All of them in one pass: people to standard error; `--json` as one line on standard output. */
export function writeDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal, json: boolean): void {
  if (json) {
    const line = {
      v: 1,
      seq: 0,
      time: new Date().toISOString(),
      type: 'diagnostics',
      diagnostics: diagnostics.map(diagnosticDocument),
    };
    terminal.results.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const show = shownFrom(terminal.folder);
  for (const diagnostic of diagnostics)
    terminal.messages.write(`${diagnosticLines(diagnostic, show, terminal.messages.colors).join('\n')}\n`);
}

/** `pipeline.json:7:39 error: ...`, the line itself with the fault underlined, then remedies. */
export function diagnosticLines(
  { severity, message, location, suggestion, remedy, related }: Diagnostic,
  show: (file: string) => string,
  colors: Colors,
): string[] {
  const label = severity === 'error' ? colors.red('error:') : colors.yellow('warning:');
  return [
    `${location === undefined ? '' : `${colors.bold(locationText(location, show))} `}${label} ${message}`,
    ...(location === undefined ? [] : underlined(location, severity === 'error' ? colors.red : colors.yellow)),
    ...(suggestion === undefined ? [] : [`  did you mean "${suggestion}"?`]),
    ...(remedy === undefined ? [] : [`  ${remedy}`]),
    ...(related ?? []).flatMap((other) => [
      `  ${locationText(other.location, show)} ${other.message}`,
      ...underlined(other.location, colors.dim),
    ]),
  ];
}

const locationText = ({ file, line, column }: SourceLocation, show: (file: string) => string): string =>
  `${show(file)}:${line}:${column}`;

/** Lines are cut so that the underlined part stays visible. */
const WIDEST = 100;

function underlined(location: SourceLocation, style: (text: string) => string): string[] {
  const source = textOf(location.file);
  if (source === undefined) return [];
  const { lineText, start, length } = excerpt(source, location);
  const indent = lineText.length - lineText.trimStart().length;
  const from = start - indent > WIDEST / 2 ? start - WIDEST / 2 : indent;
  const shown = lineText.slice(from, from + WIDEST).trimEnd();
  const tildes = '~'.repeat(Math.max(1, Math.min(length, shown.length - (start - from))));
  return [`    ${shown}`, `    ${' '.repeat(start - from)}${style(tildes)}`];
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, ''); // columns are counted without a byte order mark
  } catch {
    return undefined; // it has gone since
  }
}

function diagnosticDocument({ location, related, ...said }: Diagnostic): DiagnosticDocument {
  return {
    ...said,
    ...(location && locationDocument(location)),
    ...(related && {
      related: related.map(({ message, location: other }) => ({ message, ...locationDocument(other) })),
    }),
  };
}

const locationDocument = ({ file, line, column, length }: SourceLocation) => ({
  file,
  line,
  column,
  endColumn: column + length,
});
