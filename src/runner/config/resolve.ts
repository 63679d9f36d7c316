/** Substitution: `${params.x}`, `${axis}` and `${axis.field}` are replaced by what they name. */
import { suggest } from '../../util/suggest.ts';
import type { Row } from './axis.ts';
import { list } from './list.ts';
import { described } from './parse.ts';
import type { Report } from './report.ts';
import type { Origin } from './source.ts';
import { originOf, partsOf, referencesIn, type Part, type Reference } from './template.ts';
import type { ConfigNode, Member, ObjectNode, ScalarNode } from './tree.ts';

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
      for (const { path: [head = '', ...rest], malformed } of referencesIn(text)) {
        if (malformed || head === 'params') continue;
        const entry = row.get(head);
        const field = rest.length > 0 && entry?.fields ? at(entry.fields, rest) : undefined;
        missing = entry === undefined ? head : field === undefined ? undefined : this.missingAxis(field, row, depth + 1);
        if (missing !== undefined) return true;
      }
      return false;
    });
    return missing;
  }

  /** The value of `${params...}`; undefined, and reported, when there is none. */
  param(reference: Reference, where: Origin): ConfigNode | undefined {
    const path = reference.path.slice(1);
    const found = this.#params === undefined ? undefined : at(this.#params, path);
    if (found === undefined) this.#reportUnknownParam(path, where);
    else this.used.add(path.join('.'));
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
          if (reference.malformed) this.malformed(reference, where);
          else if (reference.path[0] === 'params') this.param(reference, where);
          else if (axes?.includes(reference.path[0]!) === false) this.unknownAxis(reference.path[0]!, reference.text, where, axes);
        }
      }
    };
    visit(node);
  }

  malformed({ text }: Reference, where: Origin): void {
    this.#report.error('malformed-reference', where, `${text} is not a reference`, { remedy: 'A reference is written ${params.name}, ${axis} or ${axis.field}.' });
  }

  #resolveText(node: ScalarNode, text: string, row: Row, within: readonly ConfigNode[]): ConfigNode | undefined {
    const parts = partsOf(text);
    const values = parts.map((part) => (typeof part === 'string' ? { ...node, value: part } : this.#valueOf(part, node, row, within)));
    const [only] = values;
    if (values.length === 1) return only;
    const texts = values.map((value, i) => (value === undefined ? undefined : this.#asText(value, parts[i]!, node)));
    return texts.every((part) => part !== undefined) ? { ...node, value: texts.join('') } : undefined;
  }

  #valueOf(reference: Reference, node: ScalarNode, row: Row, within: readonly ConfigNode[]): ConfigNode | undefined {
    const where = originOf(reference, node);
    if (reference.malformed) {
      this.malformed(reference, where);
      return undefined;
    }
    if (reference.path[0] === 'params') return this.param(reference, where);
    const target = this.#axisValue(reference, where, node, row);
    return target === undefined ? undefined : this.resolve(target, row, within);
  }

  #axisValue({ path: [head = '', ...rest], text }: Reference, where: Origin, node: ScalarNode, row: Row): ConfigNode | undefined {
    const entry = row.get(head);
    if (entry === undefined) {
      this.unknownAxis(head, text, where, [...row.keys()]);
      return undefined;
    }
    if (rest.length === 0) return { ...node, value: entry.value };
    const found = entry.fields === undefined ? undefined : at(entry.fields, rest);
    if (found !== undefined) return found;
    const names = [...(entry.fields?.members.keys() ?? [])];
    const message = entry.fields === undefined ? `axis "${head}" holds plain values, which have no field "${rest.join('.')}"` : `record "${entry.text}" of axis "${head}" has no field "${rest.join('.')}"`;
    this.#report.error('unknown-field', where, message, {
      suggestion: suggestIn(rest[0]!, names, (name) => `\${${head}.${name}}`),
      remedy: names.length > 0 ? `It has ${list(names)}. Every record of an axis needs the fields that the stage refers to; null stands for nothing.` : undefined,
      related: [{ message: 'the value is declared here', at: entry.origin }],
    });
    return undefined;
  }

  unknownAxis(head: string, text: string, where: Origin, axes: readonly string[]): void {
    if (head === 'inputs' || head === 'outputs') {
      this.#report.error('unknown-reference', where, `${text} can only stand in a command`);
      return;
    }
    const param = this.#params?.members.has(head) === true ? `Write \${params.${text.slice(2)} for the parameter.` : undefined;
    this.#report.error('unknown-axis', where, `the stage has no axis "${head}"`, {
      suggestion: suggestIn(head, axes, (name) => `\${${name}}`),
      remedy: param ?? (axes.length > 0 ? `Known axes: ${list(axes)}.` : 'It has no axes; parameters are written ${params.name}.'),
    });
  }

  #asText(value: ConfigNode, part: Part, node: ScalarNode): string | undefined {
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    const where = typeof part === 'string' ? node.origin : originOf(part, node);
    this.#report.error('not-text', where, `${typeof part === 'string' ? part : part.text} is ${described(value)} and cannot be part of a text`, {
      remedy: 'A reference to a list, an object or null must be the whole string.',
    });
    return undefined;
  }

  #reportUnknownParam(path: readonly string[], where: Origin): void {
    if (this.#refused) return;
    const known = path.findIndex((_, i) => this.#params === undefined || at(this.#params, path.slice(0, i + 1)) === undefined);
    const parent = this.#params === undefined ? undefined : at(this.#params, path.slice(0, known));
    const names = parent?.kind === 'object' ? [...parent.members.keys()] : [];
    const full = path.slice(0, Math.max(0, known) + 1).join('.');
    this.#report.error('unknown-param', where, `there is no parameter "${full}"`, {
      suggestion: suggestIn(path[known] ?? '', names, (name) => `\${${['params', ...path.slice(0, known), name, ...path.slice(known + 1)].join('.')}}`),
      remedy: names.length > 0 ? `${known > 0 ? `"${path.slice(0, known).join('.')}" has` : 'There are'} ${list(names)}.` : undefined,
    });
  }
}

/** The node below a path; undefined where it leads nowhere, or names the root itself. */
function at(node: ConfigNode, path: readonly string[]): ConfigNode | undefined {
  let found: ConfigNode | undefined = node;
  for (const name of path) {
    if (found?.kind === 'list') found = /^(0|[1-9]\d*)$/.test(name) ? found.items[Number(name)] : undefined;
    else found = found?.kind === 'object' ? found.members.get(name)?.value : undefined;
  }
  return found;
}

function suggestIn(name: string, names: readonly string[], write: (name: string) => string): string | undefined {
  const close = suggest(name, names);
  return close === undefined ? undefined : write(close);
}

/** The first string, keys excluded, that the test accepts. */
function someString(node: ConfigNode, test: (text: string) => boolean): string | undefined {
  if (node.kind === 'scalar') return typeof node.value === 'string' && test(node.value) ? node.value : undefined;
  const parts = node.kind === 'list' ? node.items : [...node.members.values()].map(({ value }) => value);
  for (const part of parts) {
    const found = someString(part, test);
    if (found !== undefined) return found;
  }
  return undefined;
}
