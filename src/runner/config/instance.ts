/** Combinations -> instances: every `${...}` replaced, every part read. */
import type { Axes, InstanceId } from '../../formats/identity.ts';
import type { JsonObject } from '../../util/json.ts';
import type { Input, Instance } from '../pipeline.ts';
import { scopeOf, type Row } from './axis.ts';
import { Command } from './command.ts';
import type { StagesContext } from './stages-context.ts';
import type { ExpandedRow, ExpandedStage } from './expanded.ts';
import { environmentOf, resourcesOf, retriesOf, timeoutOf } from './limits.ts';
import { Parts } from './parts.ts';
import { Bodies } from './read-body.ts';
import { pathInput, producedInput } from './read-input.ts';
import { readOutputs } from './read-outputs.ts';
import { locationOf } from './source.ts';
import type { StageDraft } from './stage-draft.ts';
import { child, membersOf, valueOf, type ConfigNode, type ObjectNode } from './tree.ts';

/** In the order of the stages given; an instance with a fault, reported, is left out. */
export function buildInstances(stages: readonly ExpandedStage[], context: StagesContext): readonly Instance[] {
  const builder = new Builder(context);
  return stages.flatMap((stage) => builder.build(stage));
}

class Builder {
  readonly #context: StagesContext;
  readonly #parts: Parts;
  readonly #bodies: Bodies;
  readonly #axes = new Map<InstanceId, Axes>();

  constructor(context: StagesContext) {
    this.#context = context;
    this.#parts = new Parts(context);
    this.#bodies = new Bodies(context);
  }

  build({ draft, rows, complete }: ExpandedStage): Instance[] {
    const axes = complete ? undefined : axisNames(draft, this.#context);
    this.#context.resolver.checkPlaceholders(without(draft.node, ['command', 'matrix']), axes);
    this.#context.resolver.checkPlaceholders(child(draft.node, 'matrix'), undefined);
    const command = new Command(draft, this.#context, axes);
    if (!complete) this.#checkKnown(draft);
    const location = locationOf(draft.origin);
    return rows.flatMap((row) => {
      const instance = this.#instance(draft, row, command, location);
      if (instance === undefined && !this.#context.report.failed)
        throw new Error(`Internal error: ${row.id} was left out and nothing was reported.`);
      return instance ?? [];
    });
  }

  #instance(
    draft: StageDraft,
    row: ExpandedRow,
    command: Command,
    location: Instance['location'],
  ): Instance | undefined {
    const axes = Object.fromEntries([...row.axes].map(([name, { value }]) => [name, value]));
    this.#axes.set(row.id, axes);
    const body = draft.body === undefined ? undefined : this.#bodies.read(draft.body, row.scope);
    const inputs = this.#inputs(draft, row);
    const params = this.#params(draft, row.scope, command);
    const outputs = readOutputs(draft, row.scope, this.#parts, this.#context);
    const limits = this.#limits(draft, row.scope);
    if (
      body === undefined ||
      inputs === undefined ||
      params === undefined ||
      outputs === undefined ||
      limits === undefined
    )
      return undefined;
    return { id: row.id, stage: draft.name, axes, body, inputs, params, outputs, ...limits, location };
  }

  #inputs(draft: StageDraft, { scope, bindings }: ExpandedRow): Readonly<Record<string, Input>> | undefined {
    const inputs = draft.inputs.map(([name, { value }]) => {
      const binding = bindings.get(name);
      if (binding !== undefined) return [name, producedInput(binding, (id) => this.#axes.get(id) ?? {})] as const;
      return [
        name,
        this.#parts.part(value, { field: 'inputs', name }, scope, (node) => pathInput(node, this.#context)),
      ] as const;
    });
    const good = inputs.flatMap(([name, input]) => (input === undefined ? [] : [[name, input] as const]));
    return good.length === inputs.length ? Object.fromEntries(good) : undefined;
  }

  #params(draft: StageDraft, row: Row, command: Command): JsonObject | undefined {
    const node = draft.node.members.get('params')?.value;
    const own =
      node === undefined
        ? {}
        : this.#parts.part(node, { field: 'params' }, row, (resolved) => valueOf(resolved as ObjectNode));
    return own === undefined ? undefined : command.params(own, row);
  }

  #limits(
    draft: StageDraft,
    row: Row,
  ): Pick<Instance, 'env' | 'secrets' | 'resources' | 'timeoutMs' | 'retries'> | undefined {
    const environment = this.#limit(draft, 'env', row, (node) => environmentOf(node, this.#context.report));
    const resources = this.#limit(draft, 'resources', row, resourcesOf);
    const timeout = this.#limit(draft, 'timeout', row, timeoutOf);
    const retries = this.#limit(draft, 'retries', row, retriesOf);
    if (environment === undefined || resources === undefined || timeout === undefined || retries === undefined)
      return undefined;
    return { ...environment, resources, ...timeout, retries };
  }

  /** The result of `read` for the field, or for its absence; undefined after a reported fault. */
  #limit<T extends object>(
    draft: StageDraft,
    field: 'env' | 'resources' | 'timeout' | 'retries',
    row: Row,
    read: (node: ConfigNode | undefined) => T | undefined,
  ): T | undefined {
    const node = draft.node.members.get(field)?.value;
    return node === undefined ? read(undefined) : this.#parts.part(node, { field }, row, read);
  }

  /** Checks of a stage with unknown combinations, because of another fault. */
  #checkKnown(draft: StageDraft): void {
    const nothing = scopeOf(draft, new Map());
    const free = (node: ConfigNode | undefined) => node !== undefined && !this.#context.resolver.namesAxis(node);
    if (draft.body !== undefined && free(draft.body.node)) this.#bodies.read(draft.body, nothing);
    if ([...draft.outputs.values()].every(({ value }) => free(value)))
      readOutputs(draft, nothing, this.#parts, this.#context);
    const members = new Map([...draft.node.members].filter(([, { value }]) => free(value)));
    this.#limits({ ...draft, node: { ...draft.node, members } }, nothing);
  }
}

function without(node: ObjectNode, fields: readonly string[]): ObjectNode {
  return { ...node, members: new Map([...node.members].filter(([name]) => !fields.includes(name))) };
}

/** All names in the matrix; undefined when it is at fault, so that some may be missing. */
function axisNames({ node }: StageDraft, { faulty }: StagesContext): string[] | undefined {
  const matrix = child(node, 'matrix');
  return matrix !== undefined && faulty.has(matrix) ? undefined : membersOf(matrix).map(([name]) => name);
}
