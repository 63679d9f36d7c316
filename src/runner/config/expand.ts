/** Stages -> combinations: matrices multiplied out, joined along what is read, producers first. */
import { checkCombinations, readCombinations } from './combinations.ts';
import type { Context } from './context.ts';
import type { ExpandedStage } from './expanded.ts';
import { findTarget } from './find-target.ts';
import { JoinedStage } from './joined-stage.ts';
import { Matcher } from './match.ts';
import { orderRows } from './order-rows.ts';
import type { Origin } from './source.ts';
import type { StageDraft } from './stage-draft.ts';
import { checkTarget, readStageInput } from './stage-input.ts';
import type { ConfigNode } from './tree.ts';

/** Producers come before their consumers, otherwise in the order of the file. */
export function expandStages(context: Context): readonly ExpandedStage[] {
  const expander = new Expander(context);
  for (const draft of context.stages.values()) expander.expand(draft);
  return expander.done;
}

class Expander {
  readonly #context: Context;
  readonly #matcher = new Matcher();
  readonly #expanded = new Map<StageDraft, ExpandedStage>();
  /** The stages that are being expanded, each because the one before reads it. */
  readonly #path: StageDraft[] = [];

  constructor(context: Context) {
    this.#context = context;
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
    const { resolver } = this.#context;
    const named = this.#expandNamedProducers(draft);
    const combinations = readCombinations(draft, this.#context);
    const producers = new Set<ExpandedStage>();
    // An input without references is the same in every combination, and so is one that leads to the same record.
    const found = new WeakMap<ConfigNode, ReturnType<typeof findTarget>>();
    const joined = new JoinedStage(draft, {
      missingAxis: (node, row) => resolver.missingAxis(node, row),
      target: (input, row) => {
        const resolved = resolver.resolve(input.node, row);
        if (resolved === undefined) return 'fault';
        const target =
          found.get(resolved) ??
          findTarget(input, resolved, (name, origin) => this.#producer(name, origin), this.#context);
        found.set(resolved, target);
        if (typeof target !== 'string') producers.add(target.producer);
        return target;
      },
      matches: ({ producer, input }, row) => this.#matcher.matches(producer, input, row),
    });
    const possible = draft.sound && named && combinations !== undefined;
    if (possible) joined.addAll(combinations);
    const complete = possible && !joined.faulty;
    if (complete) {
      checkCombinations(combinations, joined.values, this.#context);
      joined.reportUnmatched(this.#context.report);
    }
    return {
      ...orderRows(draft, joined.rows, [...producers], combinations?.include ?? []),
      draft,
      reads: [...producers].map((producer) => producer.draft.name),
      complete,
    };
  }

  /** Looks first at what needs no combination, so that its faults are found even where there are no combinations. */
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
    this.#context.report.error('cycle', origin, `stages wait for each other: ${names.join(' reads ')}`, {
      remedy: 'Remove one of these inputs.',
    });
    return undefined;
  }
}
