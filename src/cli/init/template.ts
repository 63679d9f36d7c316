/** The templates that come with the package, and how they are laid into a folder. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { packageFolder } from './package-folder.ts';
import type { TemplateName } from './template-names.ts';

interface NewFile {
  /** Relative to the folder that it is written into. */
  readonly name: string;
  readonly text: string;
}

const SCHEMA = 'node_modules/pretext-study/schema/pipeline.schema.json';
/** Not `.gitignore`, which npm would take for its own and leave out of the package. */
const IGNORED = 'gitignore';

/** The files that all templates share, and the template's own; `ignored` are lines for `.gitignore`. */
export async function templateFiles(
  template: TemplateName,
  target: string,
): Promise<{ readonly files: readonly NewFile[]; readonly ignored: readonly string[] }> {
  const all = [...(await filesIn('shared')), ...(await filesIn(template))].sort((a, b) => byCodeUnit(a.name, b.name));
  const files = all
    .filter(({ name }) => name !== IGNORED)
    .map(({ name, text }) => ({ name, text: text.replace(`./${SCHEMA}`, schemaFrom(target)) }));
  const ignored =
    all
      .find(({ name }) => name === IGNORED)
      ?.text.trim()
      .split('\n') ?? [];
  return { files, ignored };
}

/** Writes all of them. If some exist already, it writes none and returns the existing ones. */
export async function writeNew(files: readonly NewFile[], folder: string): Promise<readonly string[]> {
  const inTheWay = files.filter(({ name }) => existsSync(path.join(folder, name))).map(({ name }) => name);
  if (inTheWay.length > 0) return inTheWay;
  for (const { name, text } of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' }); // not even a file that appeared a moment ago
  }
  return [];
}

async function filesIn(template: string): Promise<NewFile[]> {
  const folder = path.join(packageFolder(), 'templates', template);
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (file) => ({ name: path.relative(folder, file), text: await readFile(file, 'utf8') })),
  );
}

/** The path of the schema for editors: in the nearest installed package, or in the folder of a later installation. */
export function schemaFrom(target: string): string {
  for (let up = '.', folder = target; ; up = path.posix.join(up, '..'), folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, SCHEMA))) return up === '.' ? `./${SCHEMA}` : `${up}/${SCHEMA}`;
    if (path.dirname(folder) === folder) return `./${SCHEMA}`;
  }
}
