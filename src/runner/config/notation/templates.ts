/** `extends` of a stage: the chain of templates that the stage is laid over. */
import { suggest } from '../../../util/suggest.ts';
import { list } from '../list.ts';
import type { Faulty } from '../check-shape.ts';
import type { Report } from '../report.ts';
import { membersOf, textOf, type ConfigNode, type Member, type ObjectNode } from '../tree.ts';
import { mergeStages } from './merge.ts';

export class Templates {
  readonly #templates: ReadonlyMap<string, Member>;
  readonly #stages: readonly string[];
  readonly #faulty: Faulty;
  readonly #report: Report;
  readonly #used = new Set<string>();

  /** @param stages names of stages, which are no templates */
  constructor(templates: ConfigNode | undefined, stages: readonly string[], faulty: Faulty, report: Report) {
    this.#templates = new Map(membersOf(templates));
    this.#stages = stages;
    this.#faulty = faulty;
    this.#report = report;
  }

  /** The stage laid over its templates, without `extends`; undefined if a fault in the chain was reported. */
  apply(stage: ObjectNode): ObjectNode | undefined {
    const merged = this.#merged(stage, []);
    if (merged?.kind !== 'object' || this.#faulty.has(merged)) return undefined;
    const members = new Map(merged.members);
    return members.delete('extends') ? { ...merged, members } : merged;
  }

  /** Templates that no stage was laid over so far, each with its own chain applied. */
  unused(): { readonly name: string; readonly key: Member['key']; readonly node: ObjectNode }[] {
    const used = new Set(this.#used);
    return [...this.#templates].flatMap(([name, { key, value }]) => {
      if (used.has(name) || value.kind !== 'object' || this.#faulty.has(value)) return [];
      const applied = this.apply(value);
      return applied === undefined ? [] : [{ name, key, node: applied }];
    });
  }

  #merged(node: ConfigNode, chain: readonly string[]): ConfigNode | undefined {
    const extended = node.kind === 'object' ? node.members.get('extends')?.value : undefined;
    const name = textOf(extended);
    if (extended === undefined) return node;
    if (name === undefined || this.#faulty.has(extended)) return undefined;
    const template = this.#templates.get(name);
    if (template === undefined) {
      this.#reportUnknown(name, extended);
      return undefined;
    }
    if (chain.includes(name)) {
      const names = [...chain.slice(chain.indexOf(name)), name];
      this.#report.errorOnce(
        'template-cycle',
        extended.origin,
        names.length === 2
          ? `template "${name}" extends itself`
          : `templates extend each other in a circle: ${names.join(' -> ')}`,
        { remedy: 'Remove one of these "extends".' },
      );
      return undefined;
    }
    this.#used.add(name);
    const below = this.#merged(template.value, [...chain, name]);
    return below === undefined ? undefined : mergeStages(below, node, this.#faulty);
  }

  #reportUnknown(name: string, { origin }: ConfigNode): void {
    const names = [...this.#templates.keys()];
    const isStage = this.#stages.includes(name);
    this.#report.error('unknown-template', origin, `there is no template "${name}"`, {
      suggestion: isStage ? undefined : suggest(name, names),
      remedy: isStage
        ? `"${name}" is a stage, and a stage extends templates only. Put the common part under "templates".`
        : names.length > 0
          ? `The templates are ${list(names)}.`
          : 'Declare it at the top of the file: "templates": { ... }.',
    });
  }
}
