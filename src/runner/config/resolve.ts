/** Substitution: `${params.x}`, `${axis}` and `${axis.field}` are replaced by what they name. */
import type { Row } from './axis.ts';
import {
  reportMalformed,
  reportNotText,
  reportUnknownAxis,
  reportUnknownField,
  reportUnknownParam,
} from './reference-faults.ts';
import type { Report } from './report.ts';
import type { Origin } from './source.ts';
import { originOf, partsOf, referencesIn, type Part, type Reference } from './template.ts';
import { nodeAt, someString, type ConfigNode, type Member, type ObjectNode, type ScalarNode } from './tree.ts';

export class Resolver {
  /** The paths below `params` that something refers to. */
  readonly used = new Set<string>();
  readonly #params: ObjectNode | undefined;
  readonly #refused: boolean;
  readonly #report: Report;
  readonly #literal = new WeakMap<ConfigNode, boolean>();

  /** @param params 'refused' when they are declared and the schema does not allow them: then nothing is said about them */
  constructor(params: ObjectNode | undefined | 'refused', report: Report) {
    this.#params = params === 'refused' ? undefined : params;
    this.#refused = params === 'refused';
    this.#report = report;
  }

  /**
   * A string that is nothing but a reference becomes the value itself, of whatever type; a reference inside a longer
   * string becomes text. A node without references is returned as it is. Undefined when something was reported.
   */
  resolve(node: ConfigNode, row: Row, within: readonly ConfigNode[] = []): ConfigNode | undefined {
    if (this.isLiteral(node)) return node;
    if (within.includes(node)) {
      this.#report.error('reference-cycle', node.origin, 'this value refers to itself');
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

  /** Whether nothing in the node has to be substituted. */
  isLiteral(node: ConfigNode): boolean {
    const known = this.#literal.get(node);
    if (known !== undefined) return known;
    const literal = someString(node, (text) => text.includes('${')) === undefined;
    this.#literal.set(node, literal);
    return literal;
  }

  /** An axis that the node needs and the row does not have (yet). */
  missingAxis(node: ConfigNode, row: Row, depth = 0): string | undefined {
    if (this.isLiteral(node) || depth > 20) return undefined;
    let missing: string | undefined;
    someString(node, (text) => {
      for (const {
        path: [head = '', ...rest],
        malformed,
      } of referencesIn(text)) {
        if (malformed || head === 'params') continue;
        const entry = row.get(head);
        const field = rest.length > 0 && entry?.fields ? nodeAt(entry.fields, rest) : undefined;
        missing =
          entry === undefined ? head : field === undefined ? undefined : this.missingAxis(field, row, depth + 1);
        if (missing !== undefined) return true;
      }
      return false;
    });
    return missing;
  }

  /** The value of `${params...}`; undefined, and reported, when there is none. */
  param(reference: Reference, where: Origin): ConfigNode | undefined {
    const path = reference.path.slice(1);
    const found = this.#params === undefined ? undefined : nodeAt(this.#params, path);
    if (found !== undefined) this.used.add(path.join('.'));
    else if (!this.#refused) reportUnknownParam(path, where, this.#params, this.#report);
    return found;
  }

  /**
   * Reports every `${params...}` in the node that leads nowhere, and every malformed reference; with `axes`, also what is
   * none of them.
   */
  checkReferences(node: ConfigNode, axes: readonly string[] | undefined): void {
    if (this.isLiteral(node)) return;
    const visit = (part: ConfigNode): void => {
      if (part.kind === 'list') part.items.forEach(visit);
      else if (part.kind === 'object') for (const { value } of part.members.values()) visit(value);
      else if (typeof part.value === 'string') {
        for (const reference of referencesIn(part.value)) {
          const where = originOf(reference, part);
          if (reference.malformed) reportMalformed(reference, where, this.#report);
          else if (reference.path[0] === 'params') this.param(reference, where);
          else if (axes?.includes(reference.path[0]!) === false)
            reportUnknownAxis(reference, where, axes, this.#params, this.#report);
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
    const texts = values.map((value, i) => (value === undefined ? undefined : this.#asText(value, parts[i]!, node)));
    return texts.every((part) => part !== undefined) ? { ...node, value: texts.join('') } : undefined;
  }

  #valueOf(reference: Reference, node: ScalarNode, row: Row, within: readonly ConfigNode[]): ConfigNode | undefined {
    const where = originOf(reference, node);
    if (reference.malformed) {
      reportMalformed(reference, where, this.#report);
      return undefined;
    }
    if (reference.path[0] === 'params') {
      const found = this.param(reference, where);
      return found !== undefined && this.isLiteral(found) ? found : undefined; // references in a parameter were reported where it stands
    }
    const target = this.#axisValue(reference, where, node, row);
    return target === undefined ? undefined : this.resolve(target, row, within);
  }

  #axisValue(reference: Reference, where: Origin, node: ScalarNode, row: Row): ConfigNode | undefined {
    const [head = '', ...rest] = reference.path;
    const entry = row.get(head);
    if (entry === undefined) {
      reportUnknownAxis(reference, where, [...row.keys()], this.#params, this.#report);
      return undefined;
    }
    if (rest.length === 0) return { ...node, value: entry.value };
    const found = entry.fields === undefined ? undefined : nodeAt(entry.fields, rest);
    if (found !== undefined) return found;
    reportUnknownField(head, rest, entry, where, this.#report);
    return undefined;
  }

  #asText(value: ConfigNode, part: Part, node: ScalarNode): string | undefined {
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    reportNotText(value, part, typeof part === 'string' ? node.origin : originOf(part, node), this.#report);
    return undefined;
  }
}
