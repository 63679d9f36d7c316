/** The examples of docs/diagnostics.md, and the runner's real messages. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import { loadPipeline } from './load.ts';
import { selectInstances } from './select.ts';

interface Example {
  readonly code: string;
  readonly json?: string;
  readonly command: string;
  /** The documented output of the command, without the excerpts. */
  readonly printed: string;
}

export async function documentedExamples(): Promise<readonly Example[]> {
  const text = await readFile(path.resolve(import.meta.dirname, '../../../docs/diagnostics.md'), 'utf8');
  return text
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const [, code] = /^`([a-z-]+)`/.exec(section) ?? [];
      const shown = [...section.matchAll(/(?:^```json\n([^]*?)^```[^]*?)?^```console\n\$ (.*)\n([^]*?)\n```/gm)];
      if (code === undefined || shown.length === 0)
        throw new Error(`A section of docs/diagnostics.md has no example: ${section.slice(0, 60)}`);
      return shown.map(([, json, command = '', printed = '']) => ({
        code,
        command,
        printed: unwrapped(printed),
        ...(json === undefined ? {} : { json }),
      }));
    });
}

/** The page breaks long lines before four spaces. */
function unwrapped(printed: string): string {
  return printed.replaceAll(/\n {4}(?=\S)/g, ' ');
}

/** All diagnostics of the example, as a terminal shows them without excerpts. */
export async function printedFor({
  json,
  command,
}: Pick<Example, 'json' | 'command'>): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly text: string }> {
  const root = await mkdtemp(path.join(tmpdir(), 'pretext-diagnostics-'));
  try {
    await mkdir(path.join(root, 'stages'));
    await writeFile(path.join(root, 'stages/train.ts'), '');
    await writeFile(path.join(root, 'base.json'), '{ "stages": {} }');
    if (json !== undefined) await writeFile(path.join(root, 'pipeline.json'), json);
    const words = command.split(' ').slice(2);
    const option = (name: string) => words.flatMap((word, i) => (word === name ? [words[i + 1]!] : []));
    const targets = words.filter((word, i) => !word.startsWith('--') && words[i - 1]?.startsWith('--') !== true);
    const loaded = await loadPipeline(path.join(root, option('--pipeline')[0] ?? 'pipeline.json'), {
      set: option('--set'),
    });
    const selected = loaded.ok
      ? selectInstances(loaded.value.pipeline, targets, { from: option('--from') })
      : undefined;
    const diagnostics = loaded.ok
      ? [...loaded.value.warnings, ...(selected?.ok === false ? selected.error : [])]
      : loaded.error.diagnostics;
    const text = diagnostics.flatMap(lines).join('\n').replaceAll(`${root}${path.sep}`, '');
    return { diagnostics, text };
  } finally {
    await rm(root, { recursive: true });
  }
}

function lines({ severity, message, location, suggestion, remedy, related }: Diagnostic): string[] {
  const at = location === undefined ? '' : `${location.file}:${location.line}:${location.column} `;
  return [
    `${at}${severity}: ${message}`,
    ...(suggestion === undefined ? [] : [`  did you mean "${suggestion}"?`]),
    ...(remedy === undefined ? [] : [`  ${remedy}`]),
    ...(related ?? []).map(
      (other) => `  ${other.location.file}:${other.location.line}:${other.location.column} ${other.message}`,
    ),
  ];
}
