/** Adds a remote to a settings file, or removes it. Comments and other settings stay. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { appendMissingLines } from '../init/append-lines.ts';
import { refuse } from '../refusal.ts';
import { localFile } from './local-remotes.ts';

/** @param value undefined: it is removed */
interface Edit {
  readonly root: string;
  readonly local: boolean;
  readonly name: string;
  readonly value: unknown;
}

/** The path of the file that was written; undefined: there was nothing to remove. Throws a Refusal. */
export async function editRemote({ root, local, name, value }: Edit): Promise<string | undefined> {
  const { file, prefix } = local ? { file: localFile(root), prefix: [] } : settingsFile(root);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}\n';
  const place = [...prefix, 'remotes', name];
  const known = place.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined),
    parse(text),
  );
  if (value === undefined && known === undefined) return undefined;
  if (value !== undefined && known !== undefined)
    throw refuse('remote-exists', `${path.basename(file)} has a remote ${name} already: ${JSON.stringify(known)}`, {
      remedy: `Remove it first: pipeline remote remove ${name}${local ? ' --local' : ''}`,
    });
  const edits = modify(text, place, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } });
  await writeFileAtomic(file, applyEdits(text, edits));
  if (local) await appendMissingLines(path.join(root, '.gitignore'), [path.basename(file)]);
  return file;
}

/** The nearest that the settings are read from, at the root of the project. */
function settingsFile(root: string): { readonly file: string; readonly prefix: readonly string[] } {
  const manifest = path.join(root, 'package.json');
  if (existsSync(manifest) && hasSettings(manifest)) return { file: manifest, prefix: ['pipeline'] };
  const plain = path.join(root, '.pipelinerc');
  const yaml = ['.pipelinerc.yaml', '.pipelinerc.yml'].map((name) => path.join(root, name)).find(existsSync);
  const isYaml = yaml ?? (existsSync(plain) && !/^\s*\{/.test(readFileSync(plain, 'utf8')) ? plain : undefined);
  if (isYaml !== undefined)
    throw refuse('yaml-settings', `${path.basename(isYaml)} is YAML, which this command does not change`, {
      remedy: 'Add it by hand:  remotes: { NAME: URL }',
    });
  return { file: existsSync(plain) ? plain : path.join(root, '.pipelinerc.json'), prefix: [] };
}

function hasSettings(manifest: string): boolean {
  const value = parse(readFileSync(manifest, 'utf8')) as { readonly pipeline?: unknown } | undefined;
  return value?.pipeline !== undefined;
}
