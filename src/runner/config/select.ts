/** Which instances the targets of a command line name, and what these need. */
import { err, ok, type Result } from '../../util/result.ts';
import { suggest } from '../../util/suggest.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Input, Instance, InstanceId, Pipeline } from '../pipeline.ts';
import type { DiagnosticCode } from './codes.ts';
import { list } from './list.ts';

export interface Selection {
  /** The named instances and everything that they read, directly or not, in the order of the pipeline. */
  readonly selected: readonly Instance[];
  /** Those that the targets name; without targets all. In the order of the pipeline. */
  readonly named: readonly Instance[];
}

/** @param targets `finetune`, or `finetune:model=M2` with any of its axes in any order; none: everything */
export function selectInstances(pipeline: Pipeline, targets: readonly string[]): Result<Selection, readonly Diagnostic[]> {
  if (targets.length === 0) return ok({ selected: pipeline.instances, named: pipeline.instances });
  const diagnostics: Diagnostic[] = [];
  const wanted = new Set<InstanceId>();
  for (const target of targets) {
    const found = instancesOf(target, pipeline);
    if (found.ok) for (const { id } of found.value) wanted.add(id);
    else diagnostics.push(found.error);
  }
  if (diagnostics.length > 0) return err(diagnostics);
  const needed = withProducers(wanted, pipeline);
  return ok({ selected: pipeline.instances.filter(({ id }) => needed.has(id)), named: pipeline.instances.filter(({ id }) => wanted.has(id)) });
}

function instancesOf(target: string, { stages, instances }: Pipeline): Result<readonly Instance[], Diagnostic> {
  const colon = target.indexOf(':');
  const stage = colon === -1 ? target : target.slice(0, colon);
  const names = stages.map(({ name }) => name);
  if (!names.includes(stage)) {
    return fault('unknown-target', `there is no stage "${stage}"`, suggest(stage, names), names.length > 0 ? `There are ${list(names)}.` : 'The pipeline has no stages.');
  }
  let found = instances.filter((instance) => instance.stage === stage);
  if (colon === -1) return ok(found);
  const axes = stages.find(({ name }) => name === stage)!.axes;
  for (const part of target.slice(colon + 1).split(',')) {
    const [axis = '', ...rest] = part.split('=');
    const value = rest.join('=');
    if (axis === '' || rest.length === 0) return fault('target-syntax', `"${target}" cannot be read`, undefined, 'Write a stage, or a stage with axis values: finetune:model=M2,seed=0.');
    if (!axes.includes(axis)) {
      return fault('unknown-target', `stage "${stage}" has no axis "${axis}"`, suggest(axis, axes), axes.length > 0 ? `Its axes are ${list(axes)}.` : 'It has no axes: it runs once.');
    }
    const values = [...new Set(found.flatMap((instance) => instance.axes[axis] ?? []).map(String))];
    if (!values.includes(value)) {
      return fault('unknown-target', `"${target}" matches no instance: none has ${axis}=${value}`, suggest(value, values), values.length > 0 ? `There ${values.length === 1 ? 'is' : 'are'} ${list(values)}.` : undefined);
    }
    found = found.filter((instance) => String(instance.axes[axis]) === value);
  }
  return ok(found);
}

function fault(code: DiagnosticCode, message: string, suggestion: string | undefined, remedy: string | undefined): Result<never, Diagnostic> {
  return err({ code, severity: 'error', message, ...(suggestion === undefined ? {} : { suggestion }), ...(remedy === undefined ? {} : { remedy }) });
}

/** Producers come before their consumers, so that one pass from the end finds them all. */
function withProducers(wanted: ReadonlySet<InstanceId>, { instances }: Pipeline): ReadonlySet<InstanceId> {
  const needed = new Set(wanted);
  for (const { id, inputs } of [...instances].reverse()) {
    if (needed.has(id)) for (const input of Object.values(inputs)) for (const producer of producersOf(input)) needed.add(producer);
  }
  return needed;
}

function producersOf(input: Input): readonly InstanceId[] {
  if (input.kind === 'output') return [input.producer];
  return input.kind === 'gather' ? input.members.map(({ producer }) => producer) : [];
}
