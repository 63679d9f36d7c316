import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Diagnostic } from '../formats/diagnostic.ts';
import { colors } from './colors.ts';
import { diagnosticLines } from './diagnostics.ts';

function render(text: string, diagnostic: (file: string) => Diagnostic): string[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'diagnostics-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'pipeline.json');
  writeFileSync(file, text);
  return diagnosticLines(diagnostic(file), (absolute) => path.basename(absolute), colors(false));
}

const at = (file: string, line: number, column: number, length: number) => ({ file, line, column, length });

test('place, line, underline, suggestion, remedy and the related place', () => {
  const lines = render('{\n  "a": { "stage": "spilt" },\n  "split": {}\n}\n', (file) => ({
    code: 'unknown-stage',
    severity: 'error',
    message: 'there is no stage "spilt"',
    location: at(file, 2, 19, 7),
    suggestion: 'split',
    remedy: 'Name a stage of this file.',
    related: [{ message: 'here it is declared', location: at(file, 3, 3, 7) }],
  }));
  expect(lines).toEqual([
    'pipeline.json:2:19 error: there is no stage "spilt"',
    '    "a": { "stage": "spilt" },',
    '                    ~~~~~~~',
    '  did you mean "split"?',
    '  Name a stage of this file.',
    '  pipeline.json:3:3 here it is declared',
    '    "split": {}',
    '    ~~~~~~~',
  ]);
});

test('a long line is cut around what is underlined', () => {
  const [, line, underline] = render(`${'x'.repeat(500)}HERE${'y'.repeat(500)}`, (file) => ({
    code: 'c',
    severity: 'warning',
    message: 'm',
    location: at(file, 1, 501, 4),
  }));
  expect(line!.length).toBeLessThanOrEqual(104);
  expect(line!.slice(underline!.indexOf('~'), underline!.lastIndexOf('~') + 1)).toBe('HERE');
});

test('a fault without a place, or in a file that has gone, is still told', () => {
  expect(diagnosticLines({ code: 'c', severity: 'error', message: 'm' }, String, colors(false))).toEqual(['error: m']);
  expect(
    diagnosticLines(
      { code: 'c', severity: 'error', message: 'm', location: at('/gone', 1, 1, 1) },
      String,
      colors(false),
    ),
  ).toEqual(['/gone:1:1 error: m']);
});
