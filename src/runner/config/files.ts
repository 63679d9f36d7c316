/** A pipeline file with all that it extends, merged into one tree. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { closestFile } from '../../util/closest-file.ts';
import { merge } from './merge.ts';
import { parse } from './parse.ts';
import type { Report } from './report.ts';
import { Source, type Origin } from './source.ts';
import { textOf, type ObjectNode } from './tree.ts';

/** The text of a file by its absolute path; undefined when there is none or it cannot be read. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** Undefined when a file cannot be read or parsed; the report then says why. Every text read is added to `sources`. */
export async function readFiles(
  file: string,
  readText: ReadText,
  sources: Map<string, string>,
  report: Report,
): Promise<ObjectNode | undefined> {
  return read(path.resolve(file), [], undefined);

  async function read(
    current: string,
    extending: readonly string[],
    said: Origin | undefined,
  ): Promise<ObjectNode | undefined> {
    // A byte order mark is not part of the text.
    const text = (await readText(current))?.replace(/^\uFEFF/, '');
    if (text === undefined) {
      reportMissing(current, said, report);
      return undefined;
    }
    sources.set(current, text);
    const tree = parse(new Source(current, text), report);
    const extended = tree?.members.get('extends')?.value;
    const target = textOf(extended);
    if (tree === undefined || extended === undefined || target === undefined) return tree;

    const chain = [...extending, current];
    const base = path.resolve(path.dirname(current), target);
    if (chain.includes(base)) {
      const names = [...chain.slice(chain.indexOf(base)), base].map((name) => path.basename(name));
      report.error('extends-cycle', extended.origin, `"extends" leads back to where it began: ${names.join(' -> ')}`);
      return undefined;
    }
    const below = await read(base, chain, extended.origin);
    return below === undefined ? undefined : merge(below, tree);
  }
}

export const readFromDisk: ReadText = async (file) => {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
};

function reportMissing(file: string, said: Origin | undefined, report: Report): void {
  if (said === undefined) {
    report.error('unreadable-file', undefined, `the pipeline file ${file} cannot be read`);
    return;
  }
  const suggestion = closestFile(file);
  report.error('unknown-extends', said, `there is no file ${textOfOrigin(said)} to extend`, {
    suggestion: suggestion === undefined ? undefined : relativeTo(said.source.file, suggestion),
    remedy: '"extends" is relative to the file that says it.',
  });
}

function textOfOrigin({ source, offset, length }: Origin): string {
  return source.text.slice(offset, offset + length);
}

function relativeTo(file: string, target: string): string {
  return path.relative(path.dirname(file), target).split(path.sep).join('/');
}
