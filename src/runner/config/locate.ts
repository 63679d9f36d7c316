/** The places of parts of a stage in the pipeline files, for faults that are found after loading. */
import type { SourceLocation } from '../../formats/diagnostic.ts';
import type { Instance } from '../pipeline.ts';
import { STAGE, type Row } from './axis.ts';
import type { StagesContext } from './stages-context.ts';
import type { ExpandedStage } from './expanded.ts';
import { wholePlaceholder } from './placeholder.ts';
import { locationOf, type Origin } from './source.ts';
import { textOf, type ConfigNode, type Member, type ObjectNode } from './tree.ts';

export interface StagePosition {
  readonly field: 'module' | 'inputs' | 'params' | 'outputs';
  /** Names below the field, outermost first; none: the stage as a whole, or its module. */
  readonly path: readonly string[];
  readonly at: 'name' | 'value';
}

export interface StageLocation {
  readonly location: SourceLocation;
  /** The value of a parameter or axis that stands at `place` as a placeholder. */
  readonly value?: SourceLocation;
}

export type Locate = (instance: Pick<Instance, 'id' | 'stage'>, part: StagePosition) => StageLocation;

export function locator(stages: readonly ExpandedStage[], context: Pick<StagesContext, 'resolver' | 'params'>): Locate {
  const byName = new Map(stages.map((stage) => [stage.draft.name, stage]));
  return ({ id, stage: name }, { field, path, at }) => {
    const stage = byName.get(name);
    if (stage === undefined) throw new Error(`Internal error: stage ${name} of ${id} is not in the file.`);
    const { draft, rows } = stage;
    const scope: Row = rows.find((row) => row.id === id)?.scope ?? new Map();
    const member = draft.node.members.get(field);
    if (member === undefined || (path.length === 0 && field !== 'module'))
      return { location: locationOf(draft.origin) };
    const found = below(member, path, (node) => context.resolver.named(node, scope) ?? node);
    if (at === 'name') return { location: locationOf(keyOf(found, context.params)) };
    const { origin } = found.value;
    const value = axisOrigin(found.value, scope) ?? context.resolver.named(found.value, scope)?.origin ?? origin;
    const same = value.source === origin.source && value.offset === origin.offset;
    return { location: locationOf(origin), ...(!same && { value: locationOf(value) }) };
  };
}

/** The place of the axis value that a text such as `${seed}` stands for. */
function axisOrigin(node: ConfigNode, scope: Row): Origin | undefined {
  const [axis, ...rest] = wholePlaceholder(textOf(node) ?? '')?.path ?? [];
  return axis === undefined || axis === STAGE || rest.length > 0 ? undefined : scope.get(axis)?.origin;
}

/**
 * The key as the user wrote it. Members that `${params.train}` stands for have no key of their own in the stage: theirs
 * is in the parameters.
 */
function keyOf({ key, value }: Member, params: ObjectNode | undefined): Origin {
  const isWritten = key.source !== value.origin.source || key.offset !== value.origin.offset;
  const [head, ...path] = (isWritten ? undefined : wholePlaceholder(textOf(value) ?? ''))?.path ?? [];
  if (head !== 'params') return key;
  let found: Member | undefined;
  for (const name of path) {
    const node: ConfigNode | undefined = found === undefined ? params : found.value;
    found = node?.kind === 'object' ? node.members.get(name) : undefined;
    if (found === undefined) return key;
  }
  return found?.key ?? key;
}

/** The deepest member on the path that is written in the file. */
function below(member: Member, path: readonly string[], resolve: (node: ConfigNode) => ConfigNode): Member {
  let found = member;
  for (const name of path) {
    const node = resolve(found.value);
    const item = node.kind === 'list' ? node.items[Number(name)] : undefined;
    const next = node.kind === 'object' ? node.members.get(name) : item && { key: item.origin, value: item };
    if (next === undefined) return found;
    found = next;
  }
  return found;
}
