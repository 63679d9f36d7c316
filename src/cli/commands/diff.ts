/** `pipeline diff [rev] [rev]`: params and metrics, between revisions and the working tree. */
import { exitCode, type ExitCode } from '../exit-code.ts';
import { compareSides, type Comparison } from '../diff/compare.ts';
import { drawSections, markdownSections } from '../diff/draw.ts';
import { openRevision } from '../diff/revision.ts';
import { sectionsOf } from '../diff/rows.ts';
import { openSide, workingTree } from '../diff/side.ts';
import type { Stream, Terminal } from '../terminal.ts';
import { openProject, withOpenPipeline, type ProjectOptions } from '../project.ts';

export interface DiffOptions extends ProjectOptions {
  readonly format: 'text' | 'markdown' | 'json';
}

export async function diff(
  from: string | undefined,
  to: string | undefined,
  options: DiffOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { file, root } = project.pipeline;
  const before = await openRevision(root, from ?? 'HEAD');
  const after = to === undefined ? workingTree : await openRevision(root, to);
  const comparison = await withOpenPipeline(project, async (open) => {
    const source = {
      file,
      set: options.set ?? [],
      stored: (digest: Parameters<typeof open.results.text>[0]) => open.results.text(digest),
    };
    return compareSides(await openSide(source, before), await openSide(source, after));
  });
  terminal.results.write(draw(comparison, options.format, terminal.results));
  return exitCode.done;
}

function draw(comparison: Comparison, format: DiffOptions['format'], stream: Stream): string {
  if (format === 'json') return `${JSON.stringify(comparison, null, 2)}\n`;
  const sections = sectionsOf(comparison);
  if (sections.length === 0) return `Params and metrics of ${comparison.from} and ${comparison.to} are equal.\n`;
  return format === 'markdown' ? markdownSections(sections) : drawSections(sections, stream);
}
