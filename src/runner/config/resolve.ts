/** Substitution: `${params.x}`, `${axis}` and `${axis.field}` are replaced by their values. */
import { STAGE, type Row } from './axis.ts';
import {
  reportMalformed,
  reportNotText,
  reportUnknownAxis,
  reportUnknownField,
  reportUnknownParam,
} from './placeholder-faults.ts';
import type { Report } from './report.ts';
import type { Origin } from './source.ts';
import { originOf, partsOf, placeholdersIn, wholePlaceholder, type TextPart, type Placeholder } from './placeholder.ts';
import { nodeAt, someString, type ConfigNode, type Member, type ObjectNode, type ScalarNode } from './tree.ts';

export class Resolver {
  /** The paths below `params` that something refers to. */
  readonly used = new Set<string>();
  readonly #params: ObjectNode | undefined;
  readonly #refused: boolean;
  readonly #report: Report;
  readonly #literal = new WeakMap<ConfigNode, boolean>();

  /** @param params 'refused' if the schema does not allow them: then no fault of them is reported again */
  constructor(params: ObjectNode | undefined | 'refused', report: Report) {
    this.#params = params === 'refused' ? undefined : params;
    this.#refused = params === 'refused';
    this.#report = report;
  }

  /**
   * A string that is one placeholder becomes the value itself, of any type. A placeholder inside a longer string
   * becomes text. A node without placeholders is returned as it is. Undefined after a reported fault.
   */
  resolve(node: ConfigNode, row: Row, within: readonly ConfigNode[] = []): ConfigNode | undefined {
    if (this.isLiteral(node)) return node;
    if (within.includes(node)) {
      this.#report.error('placeholder-cycle', node.origin, 'this value refers to itself');
      return undefined;
    }
    const deeper = [...within, node];
    switch (node.kind) {
      case 'scalar':
        return this.#resolveText(node, node.value as string, row, deeper);
      case 'list': {
        const items = node.items.map((item) => this.resolve(item, row, deeper));
        return items.every((item) => item !== undefined) ? { ...node, items } : undefined;
      }
      case 'object': {
        const members = new Map<string, Member>();
        for (const [name, { key, value }] of node.members) {
          const resolved = this.resolve(value, row, deeper);
          if (resolved !== undefined) members.set(name, { key, value: resolved });
        }
        return members.size === node.members.size ? { ...node, members } : undefined;
      }
    }
  }

  /** Declared parameters that the schema refused. Nothing more is reported about them. */
  get paramsRefused(): boolean {
    return this.#refused;
  }

  /** True if the node has no placeholders. */
  isLiteral(node: ConfigNode): boolean {
    const known = this.#literal.get(node);
    if (known !== undefined) return known;
    const literal = someString(node, (text) => text.includes('${')) === undefined;
    this.#literal.set(node, literal);
    return literal;
  }

  /** True if the node names an axis, or a field of its records. */
  namesAxis(node: ConfigNode): boolean {
    const named = someString(node, (text) =>
      placeholdersIn(text).some(({ path: [head], malformed }) => !malformed && head !== 'params' && head !== STAGE),
    );
    return named !== undefined;
  }

  /** The value that a text names whole, with its own placeholders still in it; any other node as it is. */
  named(node: ConfigNode, row: Row): ConfigNode | undefined {
    const seen = new Set<ConfigNode>();
    for (let current = node; !seen.has(current);) {
      seen.add(current);
      const text = current.kind === 'scalar' && typeof current.value === 'string' ? current.value : '';
      const placeholder = wholePlaceholder(text);
      if (current.kind !== 'scalar' || placeholder === undefined) return current;
      const next = this.#target(placeholder, current, row);
      if (next === undefined) return undefined;
      current = next;
    }
    return node; // it names itself, which is reported when it is resolved
  }

  /** The value of `${params...}`; undefined, and reported, when there is none. */
  param(placeholder: Placeholder, where: Origin): ConfigNode | undefined {
    const path = placeholder.path.slice(1);
    const found = this.#params === undefined ? undefined : nodeAt(this.#params, path);
    if (found !== undefined) this.used.add(path.join('.'));
    else if (!this.#refused) reportUnknownParam(path, where, this.#params, this.#report);
    return found;
  }

  /**
   * Reports every `${params...}` in the node without a target, and every malformed placeholder; with `axes`, also names
   * that are no axis.
   */
  checkPlaceholders(node: ConfigNode | undefined, axes: readonly string[] | undefined): void {
    if (node === undefined || this.isLiteral(node)) return;
    const visit = (part: ConfigNode): void => {
      if (part.kind === 'list') part.items.forEach(visit);
      else if (part.kind === 'object') for (const { value } of part.members.values()) visit(value);
      else if (typeof part.value === 'string') {
        for (const placeholder of placeholdersIn(part.value)) {
          const where = originOf(placeholder, part);
          if (placeholder.malformed) reportMalformed(placeholder, where, this.#report);
          else if (placeholder.path[0] === 'params') this.param(placeholder, where);
          else if (placeholder.path[0] !== STAGE && axes?.includes(placeholder.path[0] ?? '') === false)
            reportUnknownAxis(placeholder, where, axes, this.#params, this.#report);
        }
      }
    };
    visit(node);
  }

  #resolveText(node: ScalarNode, text: string, row: Row, within: readonly ConfigNode[]): ConfigNode | undefined {
    const parts = partsOf(text);
    const values = parts.map((part) =>
      typeof part === 'string' ? { ...node, value: part } : this.#valueOf(part, node, row, within),
    );
    const [only] = values;
    if (values.length === 1) return only;
    const texts = values.map((value, i) => value && this.#asText(value, parts[i] ?? '', node));
    return texts.every((part) => part !== undefined) ? { ...node, value: texts.join('') } : undefined;
  }

  #valueOf(
    placeholder: Placeholder,
    node: ScalarNode,
    row: Row,
    within: readonly ConfigNode[],
  ): ConfigNode | undefined {
    const target = this.#target(placeholder, node, row);
    if (target === undefined) return undefined;
    if (placeholder.path[0] !== 'params') return this.resolve(target, row, within);
    return this.isLiteral(target) ? target : undefined; // placeholders in a parameter were reported at the parameter
  }

  #target(placeholder: Placeholder, node: ScalarNode, row: Row): ConfigNode | undefined {
    const where = originOf(placeholder, node);
    if (!placeholder.malformed)
      return placeholder.path[0] === 'params'
        ? this.param(placeholder, where)
        : this.#axisValue(placeholder, where, node, row);
    reportMalformed(placeholder, where, this.#report);
    return undefined;
  }

  #axisValue(placeholder: Placeholder, where: Origin, node: ScalarNode, row: Row): ConfigNode | undefined {
    const [head = '', ...rest] = placeholder.path;
    const entry = row.get(head);
    if (entry === undefined) {
      reportUnknownAxis(placeholder, where, axesIn(row), this.#params, this.#report);
      return undefined;
    }
    if (rest.length === 0) return { ...node, value: entry.value };
    const found = entry.fields === undefined ? undefined : nodeAt(entry.fields, rest);
    if (found !== undefined) return found;
    reportUnknownField(head, rest, entry, where, this.#report);
    return undefined;
  }

  #asText(value: ConfigNode, part: TextPart, node: ScalarNode): string | undefined {
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    reportNotText(value, part, typeof part === 'string' ? node.origin : originOf(part, node), this.#report);
    return undefined;
  }
}

function axesIn(row: Row): string[] {
  return [...row.keys()].filter((name) => name !== STAGE);
}
