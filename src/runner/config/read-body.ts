/** The code of an instance: a module of the project, or a command for the shell. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Body } from '../pipeline.ts';
import { STAGE, type Row } from './axis.ts';
import { closestFile } from '../../util/closest-file.ts';
import type { Context } from './context.ts';
import { projectPath } from './paths.ts';
import type { BodyDraft } from './stage-draft.ts';
import { textOf, type ConfigNode } from './tree.ts';

const MODULE = /\.(ts|tsx|mts|js|jsx|mjs)$/;

export class Bodies {
  readonly #context: Context;
  /** The modules searched so far, so that each is searched once. */
  readonly #modules = new Map<string, boolean>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Undefined when there is no such module, which is reported. A command keeps its placeholders, except `${stage}`. */
  read({ kind, node }: BodyDraft, row: Row): Body | undefined {
    if (kind === 'command') {
      const stage = row.get(STAGE)?.text ?? '';
      return { kind, template: (textOf(node) ?? '').replaceAll(`\${${STAGE}}`, stage) };
    }
    const resolved = this.#context.resolver.resolve(node, row);
    const text = textOf(resolved);
    if (resolved === undefined || text === undefined) return undefined;
    const module = projectPath(this.#context.root, text);
    return this.#exists(module, resolved) ? { kind, module } : undefined;
  }

  #exists(module: string, node: ConfigNode): boolean {
    const known = this.#modules.get(module);
    if (known !== undefined) return known;
    const found = this.#look(module, node);
    this.#modules.set(module, found);
    return found;
  }

  #look(module: string, { origin }: ConfigNode): boolean {
    const { root, onDisk, report } = this.#context;
    if (!MODULE.test(module)) {
      report.error('module-type', origin, `${module} is not a TypeScript or JavaScript module`, {
        remedy: `For another program write a command, for instance "command": "python3 ${module}".`,
      });
      return false;
    }
    const absolute = path.resolve(root, module);
    if (!onDisk || existsSync(absolute)) return true;
    const close = closestFile(absolute);
    report.error('missing-module', origin, `there is no module ${module}`, {
      suggestion: close === undefined ? undefined : projectPath(root, close),
      remedy: 'A module is named relative to the project root.',
    });
    return false;
  }
}
