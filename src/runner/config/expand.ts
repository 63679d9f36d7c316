/** Stages -> combinations: matrices multiplied out, and every input bound to the instances that it reads. */
import { scopeOf, type Row } from './axis.ts';
import { Binder, boundValues, unboundAxes } from './bind.ts';
import { combinationsOf, type Combinations } from './combinations.ts';
import type { StagesContext } from './stages-context.ts';
import type { Binding, ExpandedRow, ExpandedStage } from './expanded.ts';
import { findTarget, type Target } from './find-target.ts';
import { InputNodes } from './input-node.ts';
import { instanceId } from './instance-id.ts';
import type { Origin } from './source.ts';
import type { StageDraft } from './stage-draft.ts';
import { checkTarget, readStageInput } from './stage-input.ts';
import type { ConfigNode } from './tree.ts';
import { reportUnbound, reportUnmatched } from './unbound.ts';

/** Producers come before their consumers, otherwise in the order of the file. */
export function expandStages(context: StagesContext): readonly ExpandedStage[] {
  const expander = new Expander(context);
  for (const draft of context.stages.values()) expander.expand(draft);
  return expander.done;
}

class Expander {
  readonly #context: StagesContext;
  readonly #binder = new Binder();
  readonly #inputNodes: InputNodes;
  readonly #expanded = new Map<StageDraft, ExpandedStage>();
  /** The stages that are being expanded, each because the one before reads it. */
  readonly #path: StageDraft[] = [];

  constructor(context: StagesContext) {
    this.#context = context;
    this.#inputNodes = new InputNodes(context);
  }

  get done(): readonly ExpandedStage[] {
    return [...this.#expanded.values()];
  }

  expand(draft: StageDraft): ExpandedStage {
    const known = this.#expanded.get(draft);
    if (known !== undefined) return known;
    this.#path.push(draft);
    const expanded = this.#expand(draft);
    this.#path.pop();
    this.#expanded.set(draft, expanded);
    return expanded;
  }

  #expand(draft: StageDraft): ExpandedStage {
    const named = this.#expandNamedProducers(draft);
    const combinations = draft.sound ? combinationsOf(draft, this.#context) : undefined;
    const producers = new Set<string>();
    const rows = named && combinations !== undefined ? this.#rows(draft, combinations, producers) : undefined;
    return {
      draft,
      axes: draft.axes.map(({ name }) => name),
      domains: combinations?.domains ?? new Map<string, never>(),
      rows: rows ?? [],
      reads: [...producers],
      complete: rows !== undefined,
    };
  }

  /** Undefined when an input is at fault in one of the combinations, which is reported. */
  #rows(draft: StageDraft, { rows }: Combinations, producers: Set<string>): ExpandedRow[] | undefined {
    // An input without placeholders is the same in every combination, and so is one that leads to the same record.
    const found = new WeakMap<ConfigNode, Target>();
    const targetOf = (name: string, node: ConfigNode, scope: Row): Target => {
      const resolved = this.#inputNodes.resolve(node, scope);
      if (resolved === undefined) return { kind: 'fault' };
      let known = found.get(resolved);
      if (known === undefined) found.set(resolved, (known = this.#target(name, node, resolved, draft)));
      if (known.kind === 'output') producers.add(known.producer.draft.name);
      return known;
    };
    const expanded = rows.map((axes) => this.#row(draft, axes, targetOf));
    return expanded.every((row) => row !== undefined) ? expanded : undefined;
  }

  #row(
    draft: StageDraft,
    axes: Row,
    targetOf: (name: string, node: ConfigNode, scope: Row) => Target,
  ): ExpandedRow | undefined {
    const scope = scopeOf(draft, axes);
    const bindings = new Map<string, Binding>();
    const bound = draft.inputs.map(([name, { value }]) => {
      const target = targetOf(name, value, scope);
      if (target.kind !== 'output') return target.kind !== 'fault';
      const binding = this.#bind(name, target, axes);
      if (binding !== undefined) bindings.set(name, binding);
      return binding !== undefined;
    });
    return bound.every(Boolean) ? { id: instanceId(draft.name, axes), axes, scope, bindings } : undefined;
  }

  #target(name: string, node: ConfigNode, resolved: ConfigNode, reader: StageDraft): Target {
    const target = findTarget(
      { name, node },
      resolved,
      (stage, origin) => this.#producer(stage, origin),
      this.#context,
    );
    if (target.kind !== 'output') return target;
    const axes = new Set(reader.axes.map((axis) => axis.name));
    const unbound = unboundAxes(target.input, target.producer, axes);
    if (unbound.length === 0) return target;
    reportUnbound(name, target, unbound, reader, this.#context);
    return { kind: 'fault' };
  }

  #bind(name: string, { input, producer }: Target & { kind: 'output' }, axes: Row): Binding | undefined {
    const members = this.#binder.members(input, producer, axes);
    if (members.length > 0) return { output: input.output, gathered: input.gather !== 'none', members };
    reportUnmatched(name, { input, producer }, axes, boundValues(input, producer, axes), this.#context);
    return undefined;
  }

  /** Checks inputs without a combination first, so that their faults are found even without any combination. */
  #expandNamedProducers(draft: StageDraft): boolean {
    let sound = true;
    for (const [, { value }] of draft.inputs) {
      const input = readStageInput(value);
      if (input === undefined || `${input.stage}${input.output}`.includes('${')) continue;
      const complete =
        checkTarget(input, value, this.#context) && this.#producer(input.stage, value.origin)?.complete === true;
      sound &&= complete;
    }
    return sound;
  }

  /** Undefined when the stage is itself waiting for the one that reads it: a cycle, reported. */
  #producer(name: string, origin: Origin): ExpandedStage | undefined {
    const draft = this.#context.stages.get(name);
    if (draft === undefined) throw new Error(`Internal error: stage ${name} was checked and is not there.`);
    const start = this.#path.indexOf(draft);
    if (start === -1) return this.expand(draft);
    const names = [...this.#path.slice(start), draft].map((stage) => stage.name);
    if (names.length === 2)
      this.#context.report.error('cycle', origin, `stage "${name}" reads its own output`, {
        remedy: 'Remove this input: a stage cannot wait for itself.',
      });
    else
      this.#context.report.error('cycle', origin, `stages wait for each other: ${names.join(' reads ')}`, {
        remedy: 'Remove one of these inputs.',
      });
    return undefined;
  }
}
