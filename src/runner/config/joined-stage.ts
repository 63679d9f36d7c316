/** The instances of one stage while its combinations are joined with those of the stages that it reads. */
import type { Row } from './axis.ts';
import { combinationsOf, isExcluded, type Combinations } from './combinations.ts';
import { instanceId } from './instance-id.ts';
import { join, type JoinedRow, type JoinSteps, type PendingInput, type Target } from './join.ts';
import { list } from './list.ts';
import type { Details, Report } from './report.ts';
import type { StageDraft } from './stage-draft.ts';
import type { ConfigNode } from './tree.ts';

/** A combination of own values that matched nothing, and why. */
interface Unmatched {
  readonly own: Row;
  readonly input: PendingInput;
  readonly target: Target;
}

export class JoinedStage {
  readonly rows: JoinedRow[] = [];
  /** The values of each axis, those of excluded instances included. */
  readonly values = new Map<string, Set<string>>();
  faulty = false;
  readonly #draft: StageDraft;
  readonly #inputs: readonly PendingInput[];
  readonly #steps: JoinSteps;
  readonly #unmatched: Unmatched[] = [];
  #own: Row = new Map();

  constructor(draft: StageDraft, steps: Omit<JoinSteps, 'unmatched'>) {
    this.#draft = draft;
    this.#inputs = draft.inputs
      .map(([name, { value }]) => ({ name, node: value }))
      .filter(({ node }) => mayBeStage(node));
    this.#steps = { ...steps, unmatched: (input, target) => this.#unmatched.push({ own: this.#own, input, target }) };
  }

  addAll(combinations: Combinations): void {
    const ids = new Set<string>();
    for (const { row, added } of combinationsOf(this.#draft, combinations)) {
      this.#own = row;
      const joined = join(row, this.#inputs, this.#steps);
      if (joined === 'fault') {
        this.faulty = true;
        continue;
      }
      for (const candidate of joined) {
        if (!added) this.#note(candidate.axes);
        const id = instanceId(this.#draft.name, candidate.axes);
        if (ids.has(id) || (!added && isExcluded(candidate.axes, combinations.exclude))) continue;
        ids.add(id);
        this.rows.push(candidate);
      }
    }
    for (const { row } of combinations.include)
      for (const { name } of this.#draft.axes) this.#valuesOf(name).add(row.get(name)!.text);
  }

  /** A value that was asked for and that no instance has is a mistake, and so is a stage without instances. */
  reportUnmatched(report: Report): void {
    const lost = this.#draft.axes.flatMap(({ name, entries }) =>
      entries.filter(({ text }) => this.values.get(name)?.has(text) !== true).map((entry) => ({ name, entry })),
    );
    for (const { name, entry } of lost) {
      const failure = this.#unmatched.find(({ own }) => own.get(name)?.text === entry.text);
      if (failure === undefined) continue;
      const { input, target } = failure;
      report.error(
        'unmatched',
        entry.origin,
        `${name}=${entry.text} matches no instance of "${target.input.stage}", which input "${input.name}" reads`,
        remedyFor(target),
      );
    }
    if (this.rows.length > 0 || lost.length > 0) return;
    const [first] = this.#unmatched;
    if (first === undefined)
      report.error(
        'unmatched',
        this.#draft.origin,
        `every combination of "${this.#draft.name}" is excluded, so it would never run`,
      );
    else
      report.error(
        'unmatched',
        first.target.input.origin,
        `input "${first.input.name}" matches no instance of "${first.target.input.stage}", so "${this.#draft.name}" would never run`,
        remedyFor(first.target),
      );
  }

  #note(axes: Row): void {
    for (const [name, { text }] of axes) this.#valuesOf(name).add(text);
  }

  #valuesOf(name: string): Set<string> {
    const known = this.values.get(name);
    if (known !== undefined) return known;
    const values = new Set<string>();
    this.values.set(name, values);
    return values;
  }
}

function remedyFor({ producer: { draft, domains } }: Target): Details {
  const axes = [...domains].map(([name, entries]) => `${name} ${list(entries.map(({ text }) => text))}`);
  return {
    remedy: axes.length > 0 ? `The axes of "${draft.name}": ${axes.join('; ')}.` : `"${draft.name}" has no axes.`,
    related: [{ message: `"${draft.name}" is declared here`, at: draft.origin }],
  };
}

/** A path needs no join; a string that is nothing but a reference may turn out to be a stage's output. */
function mayBeStage(node: ConfigNode): boolean {
  return (
    node.kind === 'object' ||
    (node.kind === 'scalar' && typeof node.value === 'string' && /^\$\{[^{}]*\}$/.test(node.value))
  );
}
