/** Selects the instances of the targets on a command line, and their producers. */
import { err, ok, type Result } from '../../util/result.ts';
import { suggest } from '../../util/suggest.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Input, Instance, Pipeline } from '../pipeline.ts';
import type { DiagnosticCode } from './codes.ts';
import { list } from './list.ts';

export interface Selection {
  /** The named instances and everything that they read, directly or not, in the order of the pipeline. */
  readonly selected: readonly Instance[];
  /** The instances of the targets; without targets all that may run. In the order of the pipeline. */
  readonly named: readonly Instance[];
  /** Selected for their results, and not to be executed: they come before `from`. */
  readonly given: ReadonlySet<InstanceId>;
}

export interface Bounds {
  /** Only these and their consumers may run. Empty: all that are needed. */
  readonly from?: readonly string[];
  /** Like targets, but `named` includes their producers. */
  readonly until?: readonly string[];
}

/** @param targets `finetune`, or `finetune:model=M2` with any of its axes in any order; none: everything */
export function selectInstances(
  pipeline: Pipeline,
  targets: readonly string[],
  { from = [], until = [] }: Bounds = {},
): Result<Selection, readonly Diagnostic[]> {
  const words = [...targets, ...until, ...from];
  if (words.length === 0) return ok({ selected: pipeline.instances, named: pipeline.instances, given: new Set() });
  const found = new Map(words.map((word) => [word, instancesOf(word, pipeline)]));
  const misread = [...found.values()].flatMap((each) => (each.ok ? [] : [each.error]));
  if (misread.length > 0) return err(misread);
  const idsOf = (chosen: readonly string[]): ReadonlySet<InstanceId> =>
    new Set(chosen.flatMap((word) => valueOf(found.get(word)).map(({ id }) => id)));

  const ends = [...targets, ...until];
  const needed = ends.length === 0 ? undefined : withProducers(idsOf(ends), pipeline);
  const dependent = from.length === 0 ? undefined : withConsumers(idsOf(from), pipeline);
  const scope = pipeline.instances.filter(({ id }) => needed?.has(id) !== false && dependent?.has(id) !== false);
  const inScope = new Set(scope.map(({ id }) => id));
  if (scope.length === 0) return err([outOfScope(`nothing would run: ${list(ends)} does not depend on ${list(from)}`)]);
  const idle = words.filter((word) => !valueOf(found.get(word)).some(({ id }) => inScope.has(id)));
  if (idle.length > 0)
    return err(
      idle.map((word) =>
        outOfScope(
          from.includes(word)
            ? `nothing that would run depends on "${word}"`
            : `"${word}" would not run: it does not depend on ${list(from)}`,
        ),
      ),
    );

  const wanted = withProducers(inScope, pipeline);
  const selected = pipeline.instances.filter(({ id }) => wanted.has(id));
  const targeted = idsOf(targets);
  return ok({
    selected,
    named: targets.length === 0 ? scope : scope.filter(({ id }) => targeted.has(id)),
    given: new Set(selected.flatMap(({ id }) => (inScope.has(id) ? [] : [id]))),
  });
}

function valueOf(found: Result<readonly Instance[], Diagnostic> | undefined): readonly Instance[] {
  return found?.ok === true ? found.value : [];
}

const outOfScope = (message: string): Diagnostic => ({
  code: 'out-of-scope',
  severity: 'error',
  message,
  remedy: 'pipeline graph shows the dependencies.',
});

function instancesOf(target: string, { stages, instances }: Pipeline): Result<readonly Instance[], Diagnostic> {
  const colon = target.indexOf(':');
  const stage = colon === -1 ? target : target.slice(0, colon);
  const names = stages.map(({ name }) => name);
  const definition = stages.find(({ name }) => name === stage);
  if (definition === undefined) {
    return fault(
      'unknown-target',
      `there is no stage "${stage}"`,
      suggest(stage, names),
      names.length > 0 ? `There are ${list(names)}.` : 'The pipeline has no stages.',
    );
  }
  let found = instances.filter((instance) => instance.stage === stage);
  if (colon === -1) return ok(found);
  const { axes } = definition;
  for (const part of target.slice(colon + 1).split(',')) {
    const [axis = '', ...rest] = part.split('=');
    const value = rest.join('=');
    if (axis === '' || rest.length === 0)
      return fault(
        'target-syntax',
        `"${target}" cannot be read`,
        undefined,
        'Write a stage, or a stage with axis values: finetune:model=M2,seed=0.',
      );
    if (!axes.includes(axis)) {
      return fault(
        'unknown-target',
        `stage "${stage}" has no axis "${axis}"`,
        suggest(axis, axes),
        axes.length > 0 ? `Its axes are ${list(axes)}.` : 'It has no axes: it runs once.',
      );
    }
    const values = [...new Set(found.flatMap((instance) => instance.axes[axis] ?? []).map(String))];
    if (!values.includes(value)) {
      return fault(
        'unknown-target',
        `"${target}" matches no instance: none has ${axis}=${value}`,
        suggest(value, values),
        values.length > 0 ? `There ${values.length === 1 ? 'is' : 'are'} ${list(values)}.` : undefined,
      );
    }
    found = found.filter((instance) => String(instance.axes[axis]) === value);
  }
  return ok(found);
}

function fault(
  code: DiagnosticCode,
  message: string,
  suggestion: string | undefined,
  remedy: string | undefined,
): Result<never, Diagnostic> {
  return err({
    code,
    severity: 'error',
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** Producers come before their consumers, so that one pass from the end finds them all. */
function withProducers(wanted: ReadonlySet<InstanceId>, { instances }: Pipeline): ReadonlySet<InstanceId> {
  const needed = new Set(wanted);
  for (const { id, inputs } of [...instances].reverse()) {
    if (needed.has(id))
      for (const input of Object.values(inputs)) for (const producer of producersOf(input)) needed.add(producer);
  }
  return needed;
}

/** And from the beginning all that depend on them. */
function withConsumers(wanted: ReadonlySet<InstanceId>, { instances }: Pipeline): ReadonlySet<InstanceId> {
  const dependent = new Set(wanted);
  for (const { id, inputs } of instances) {
    if (Object.values(inputs).some((input) => producersOf(input).some((producer) => dependent.has(producer))))
      dependent.add(id);
  }
  return dependent;
}

function producersOf(input: Input): readonly InstanceId[] {
  if (input.kind === 'output') return [input.producer];
  return input.kind === 'gather' ? input.members.map(({ producer }) => producer) : [];
}
