/** The placeholders of a command: all must have a target, and their targets must count for the fingerprint. */
import type { Json, JsonObject } from '../../util/json.ts';
import { suggest } from '../../util/suggest.ts';
import { STAGE, type Row } from './axis.ts';
import type { StagesContext } from './stages-context.ts';
import { list } from './list.ts';
import type { Origin } from './source.ts';
import type { StageDraft } from './stage-draft.ts';
import { originOf, placeholdersIn, type Placeholder } from './placeholder.ts';
import { child, membersOf, textOf, valueOf, type ConfigNode } from './tree.ts';
import { at } from '../../util/known.ts';

export class Command {
  readonly #draft: StageDraft;
  readonly #context: StagesContext;
  readonly #placeholders: readonly { readonly placeholder: Placeholder; readonly where: Origin }[];
  /** Pipeline parameters that the command names and the stage does not declare itself. */
  readonly #borrowed: JsonObject;

  /**
   * Reports every placeholder that is wrong in all combinations.
   * @param knownAxes the axes of the stage, if all are known
   */
  constructor(draft: StageDraft, context: StagesContext, knownAxes: readonly string[] | undefined) {
    this.#draft = draft;
    this.#context = context;
    const body = draft.body;
    const text = body?.kind === 'command' ? textOf(body.node) : undefined;
    this.#placeholders =
      body === undefined || text === undefined
        ? []
        : placeholdersIn(text).map((placeholder) => ({ placeholder, where: originOf(placeholder, body.node) }));
    const own = new Set(membersOf(child(draft.node, 'params')).map(([name]) => name));
    const borrowed: { path: readonly string[]; node: ConfigNode }[] = [];
    for (const { placeholder, where } of this.#placeholders) {
      const node = this.#check(placeholder, where, own, knownAxes);
      if (node !== undefined) borrowed.push({ path: placeholder.path.slice(1), node });
    }
    this.#borrowed = nest(borrowed, context);
    if (body?.kind === 'command') this.#checkNames();
  }

  /**
   * The stage's own parameters, and the pipeline's parameters in the command, by their paths. Undefined when a
   * placeholder leads nowhere in this combination, which is reported.
   */
  params(own: JsonObject, row: Row): JsonObject | undefined {
    let good = true;
    for (const { placeholder, where } of this.#placeholders) {
      const [head = '', ...rest] = placeholder.path;
      if (head === 'params' && Object.hasOwn(own, rest[0] ?? '') && !leads(own, rest)) {
        this.#context.report.error(
          'unknown-param',
          where,
          `the stage's parameter "${at(rest, 0)}" has no "${rest.slice(1).join('.')}"`,
        );
        good = false;
      }
      if (['params', 'inputs', 'outputs'].includes(head) || placeholder.malformed || row.has(head)) continue;
      this.#reportUnknown(
        placeholder,
        where,
        [...row.keys()].filter((name) => name !== STAGE),
      );
      good = false;
    }
    return good ? { ...this.#borrowed, ...own } : undefined;
  }

  /** The pipeline parameter that is named, if it is one. */
  #check(
    placeholder: Placeholder,
    where: Origin,
    own: ReadonlySet<string>,
    knownAxes: readonly string[] | undefined,
  ): ConfigNode | undefined {
    const { report, resolver } = this.#context;
    const [head = '', name = '', ...rest] = placeholder.path;
    if (placeholder.malformed) {
      report.error('malformed-placeholder', where, `${placeholder.text} is not a placeholder`, {
        remedy: 'Write $NAME for a shell variable; put anything longer into a script that the command calls.',
      });
      return undefined;
    }
    switch (head) {
      case 'params':
        return own.has(name) || this.#isFaulty('params') ? undefined : resolver.param(placeholder, where);
      case 'inputs':
        this.#checkName(
          'input',
          name,
          rest,
          where,
          this.#draft.inputs.map(([input]) => input),
        );
        return undefined;
      case 'outputs':
        this.#checkName('output', name, rest, where, [...this.#draft.outputs.keys()]);
        return undefined;
      default:
        if (head !== STAGE && knownAxes?.includes(head) === false) this.#reportUnknown(placeholder, where, knownAxes);
        else if (name !== '') {
          report.error('unknown-placeholder', where, `a command cannot name the field of an axis`, {
            remedy: `Declare "params": { "${name}": "${placeholder.text}" } in the stage; write \${params.${name}}.`,
          });
        }
        return undefined;
    }
  }

  #checkName(
    kind: 'input' | 'output',
    name: string,
    rest: readonly string[],
    where: Origin,
    names: readonly string[],
  ): void {
    if (names.includes(name) && rest.length === 0) return;
    // Refused parts are reported already. Without them, the usable names do not prove that a name is wrong.
    if (this.#isFaulty(`${kind}s`)) return;
    if (child(child(this.#draft.node, `${kind}s`), name) !== undefined && rest.length === 0) return;
    const close = suggest(name, names);
    this.#context.report.error(
      'unknown-placeholder',
      where,
      `the stage has no ${kind} "${[name, ...rest].join('.')}"`,
      {
        suggestion: close === undefined ? undefined : `\${${kind}s.${close}}`,
        remedy: names.length > 0 ? `Its ${kind}s are ${list(names)}.` : `It has no ${kind}s.`,
      },
    );
  }

  #isFaulty(field: 'inputs' | 'outputs' | 'params'): boolean {
    const node = child(this.#draft.node, field);
    return node !== undefined && this.#context.faulty.has(node);
  }

  #reportUnknown({ path: [head = ''], text }: Placeholder, where: Origin, axes: readonly string[]): void {
    const known = [...axes, 'inputs', 'outputs', 'params'];
    const close = suggest(head, known);
    this.#context.report.error(
      'unknown-placeholder',
      where,
      `${text} is no axis, input, output or param of the stage`,
      {
        suggestion:
          close === undefined ? undefined : `\${${[close, ...text.slice(2, -1).split('.').slice(1)].join('.')}}`,
        remedy: /^[A-Z_]+$/.test(head)
          ? `For a shell variable write $${head}.`
          : axes.length > 0
            ? `Known axes: ${list(axes)}.`
            : 'It has no axes.',
      },
    );
  }

  /**
   * A command sees names as PIPELINE_INPUT_X, in capitals and with _ for characters that a variable's name cannot
   * contain.
   */
  #checkNames(): void {
    for (const [kind, members] of [
      ['INPUT', this.#draft.inputs],
      ['OUTPUT', [...this.#draft.outputs]],
      ['PARAM', membersOf(child(this.#draft.node, 'params'))],
    ] as const) {
      const seen = new Map<string, { readonly name: string; readonly key: Origin }>();
      for (const [name, { key }] of members) {
        const variable = `PIPELINE_${kind}_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
        const first = seen.get(variable);
        if (first !== undefined) {
          this.#context.report.error('name-collision', key, `"${first.name}" and "${name}" would both be ${variable}`, {
            remedy: 'Rename one of the two.',
            related: [{ message: `"${first.name}" is declared here`, at: first.key }],
          });
        }
        seen.set(variable, { name, key });
      }
    }
  }
}

/** Parameters at their paths; one inside a list brings the whole list. */
function nest(
  borrowed: readonly { readonly path: readonly string[]; readonly node: ConfigNode }[],
  { params }: StagesContext,
): JsonObject {
  const result: Record<string, Json> = {};
  // Shorter paths first: a value that is taken whole includes the values below it.
  for (const { path } of [...borrowed].sort((a, b) => a.path.length - b.path.length)) {
    let source: ConfigNode | undefined = params;
    let target = result;
    for (const [i, name] of path.entries()) {
      source = child(source, name);
      if (source === undefined) break;
      const present = target[name];
      if (source.kind !== 'object' || i === path.length - 1) {
        target[name] ??= valueOf(source);
        break;
      }
      if (present === undefined) target[name] = {};
      target = target[name] as Record<string, Json>;
    }
  }
  return result;
}

function leads(value: Json, path: readonly string[]): boolean {
  let found: unknown = value;
  for (const name of path)
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined;
  return found !== undefined;
}
