/** The code of an instance: a module of the project or of an installed package, or a command for the shell. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { closestFile } from '../../util/closest-file.ts';
import { packageName } from '../../util/package-name.ts';
import type { Body } from '../pipeline.ts';
import { STAGE, type Row } from './axis.ts';
import type { StagesContext } from './stages-context.ts';
import { isPackagePath, packageFolder } from './installed.ts';
import { projectPath } from './paths.ts';
import type { BodyDraft } from './stage-draft.ts';
import { textOf, type ConfigNode } from './tree.ts';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs'];

export class Bodies {
  readonly #context: StagesContext;
  /** The modules searched so far, so that each is searched once. */
  readonly #modules = new Map<string, string | undefined>();

  constructor(context: StagesContext) {
    this.#context = context;
  }

  /** Undefined when there is no such module, which is reported. A command keeps its placeholders, except `${stage}`. */
  read({ kind, node, shell }: BodyDraft, row: Row): Body | undefined {
    if (kind === 'command') {
      const stage = row.get(STAGE)?.text ?? '';
      const template = (textOf(node) ?? '').replaceAll(`\${${STAGE}}`, stage);
      return { kind, template, ...(shell !== undefined && { shell }) };
    }
    const resolved = this.#context.resolver.resolve(node, row);
    const text = textOf(resolved);
    if (resolved === undefined || text === undefined) return undefined;
    const module = this.#module(text, resolved);
    return module === undefined ? undefined : { kind, module };
  }

  /** Relative to the root. */
  #module(text: string, node: ConfigNode): string | undefined {
    const folder = path.dirname(node.origin.source.file);
    const key = `${folder}\n${text}`;
    if (!this.#modules.has(key)) this.#modules.set(key, this.#find(text, folder, node));
    return this.#modules.get(key);
  }

  #find(text: string, folder: string, node: ConfigNode): string | undefined {
    const { root, onDisk } = this.#context;
    const module = projectPath(root, text);
    const isModule = EXTENSIONS.includes(path.extname(module));
    if (isModule && (!onDisk || existsSync(path.resolve(root, module)))) return module;
    const owner = isPackagePath(text) ? packageFolder(folder, packageName(text)) : undefined;
    const installed = owner === undefined ? undefined : moduleOf(owner, text);
    if (installed !== undefined) return projectPath(root, installed);
    this.#reportMissing(module, text, owner, node);
    return undefined;
  }

  #reportMissing(module: string, text: string, owner: string | undefined, { origin }: ConfigNode): void {
    const { root, report } = this.#context;
    const extension = path.extname(module);
    if (owner === undefined && extension !== '' && !EXTENSIONS.includes(extension)) {
      report.error('module-type', origin, `${module} is not a TypeScript or JavaScript module`, {
        remedy: `For another program write a command, for instance "command": "python3 ${module}".`,
      });
      return;
    }
    const expected = owner === undefined ? path.resolve(root, module) : path.join(owner, within(text));
    const close = closestFile(expected);
    report.error('missing-module', origin, `there is no module ${text}`, {
      suggestion: close === undefined ? undefined : suggestionFor(close, text, owner, root),
      remedy:
        owner !== undefined
          ? `The package "${packageName(text)}" in ${projectPath(root, owner)} has no such module.`
          : extension === '' && isPackagePath(text)
            ? `A module is named relative to the project root, with its extension (${text}.ts), or by an ` +
              `installed package (npm install ${packageName(text)}).`
            : 'A module is named relative to the project root.',
    });
  }
}

function suggestionFor(close: string, text: string, owner: string | undefined, root: string): string {
  if (owner === undefined) return projectPath(root, close);
  return `${packageName(text)}/${path.relative(owner, close).split(path.sep).join('/')}`;
}

/** The path inside the package. */
const within = (text: string): string => text.slice(packageName(text).length + 1);

/** A file of the package by its path, with or without extension, or by the package's `exports`. Absolute. */
function moduleOf(owner: string, text: string): string | undefined {
  const file = path.join(owner, within(text));
  const found = ['', ...EXTENSIONS].map((extension) => `${file}${extension}`).find(isModuleFile);
  if (found !== undefined) return found;
  try {
    const exported = createRequire(path.join(owner, 'package.json')).resolve(text);
    // Node answers with the real path; the project knows the package by the path that it is installed at.
    const real = realpathSync(owner);
    return isModuleFile(exported) ? path.join(owner, path.relative(real, exported)) : undefined;
  } catch {
    return undefined;
  }
}

function isModuleFile(file: string): boolean {
  return EXTENSIONS.includes(path.extname(file)) && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
