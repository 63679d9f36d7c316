/** A pipeline file with all that it extends, merged into one tree. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { closestFile } from '../../util/closest-file.ts';
import { packageName } from '../../util/package-name.ts';
import { installedPaths, isPackagePath } from './installed.ts';
import { mergeFiles } from './notation/merge.ts';
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
  const start = path.resolve(file);
  const text = await readText(start);
  if (text !== undefined) return read(start, text, []);
  report.error('unreadable-file', undefined, `the pipeline file ${start} cannot be read`);
  return undefined;

  async function read(current: string, written: string, extending: readonly string[]): Promise<ObjectNode | undefined> {
    const text = written.replace(/^\uFEFF/, ''); // a byte order mark is not part of the text
    sources.set(current, text);
    const tree = parse(new Source(current, text), report);
    const extended = tree?.members.get('extends')?.value;
    if (tree === undefined || extended === undefined) return tree;
    let below: ObjectNode | undefined;
    for (const named of extended.kind === 'list' ? extended.items : [extended]) {
      const target = textOf(named);
      if (target === undefined) return tree; // the schema refuses it
      const base = await readBase(target, named.origin, [...extending, current]);
      if (base === undefined) return undefined;
      below = below === undefined ? base : mergeFiles(below, base);
    }
    return below === undefined ? tree : withoutExtends(mergeFiles(below, tree));
  }

  /** @param chain the files from the first to the one that names the base */
  async function readBase(target: string, said: Origin, chain: readonly string[]): Promise<ObjectNode | undefined> {
    const current = chain.at(-1) ?? start;
    const base = await findBase(current, target, readText);
    if (base === undefined) {
      reportMissing(said, target, candidatesFor(current, target), report);
      return undefined;
    }
    if (chain.includes(base.file)) {
      reportCycle([...chain.slice(chain.indexOf(base.file)), base.file], said, report);
      return undefined;
    }
    return read(base.file, base.text, chain);
  }
}

interface Base {
  readonly file: string;
  readonly text: string;
}

async function findBase(file: string, target: string, readText: ReadText): Promise<Base | undefined> {
  for (const candidate of candidatesFor(file, target)) {
    // A commit holds no installed packages, so these are always read from the disk.
    const text = (await readText(candidate)) ?? (isInstalled(candidate) ? await readFromDisk(candidate) : undefined);
    if (text !== undefined) return { file: candidate, text };
  }
  return undefined;
}

function withoutExtends(tree: ObjectNode): ObjectNode {
  return { ...tree, members: new Map([...tree.members].filter(([key]) => key !== 'extends')) };
}

/** Beside the file, and then in the packages installed in its folder and in those above. Absolute. */
function candidatesFor(file: string, target: string): string[] {
  const folder = path.dirname(file);
  const beside = path.resolve(folder, target);
  return isPackagePath(target) ? [beside, ...installedPaths(folder, target)] : [beside];
}

function isInstalled(file: string): boolean {
  return file.split(path.sep).includes('node_modules');
}

export const readFromDisk: ReadText = async (file) => {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
};

function reportCycle(files: readonly string[], said: Origin, report: Report): void {
  const names = files.map((name) => path.basename(name)).join(' -> ');
  report.error('extends-cycle', said, `"extends" forms a cycle: ${names}`);
}

function reportMissing(said: Origin, target: string, candidates: readonly string[], report: Report): void {
  const [beside = target, inPackages] = candidates;
  const folder = path.dirname(said.source.file);
  report.error('unknown-extends', said, `there is no file ${JSON.stringify(target)} to extend`, {
    suggestion: suggestionFor(said.source.file, beside, candidates.slice(1)),
    remedy:
      inPackages === undefined
        ? `It was looked for beside this file: ${path.relative(folder, beside)}.`
        : `It was looked for beside this file, and as ${path.relative(folder, inPackages)} here and in the ` +
          `folders above. If it belongs to a package, install that: npm install ${packageName(target)}.`,
  });
}

/** A file of nearly that name: beside the file, or in an installed package. */
function suggestionFor(file: string, beside: string, installed: readonly string[]): string | undefined {
  const close = closestFile(beside);
  if (close !== undefined) return relativeTo(file, close);
  const [found] = installed.flatMap((candidate) => closestFile(candidate) ?? []);
  return found?.split(`${path.sep}node_modules${path.sep}`).at(-1)?.split(path.sep).join('/');
}

function relativeTo(file: string, target: string): string {
  return path.relative(path.dirname(file), target).split(path.sep).join('/');
}
