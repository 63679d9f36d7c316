/** The words about inputs whose instance of the producer is not certain, or is not there. */
import type { Row } from './axis.ts';
import type { StagesContext } from './stages-context.ts';
import type { ExpandedStage } from './expanded.ts';
import { list } from './list.ts';
import type { Details } from './report.ts';
import type { StageDraft } from './stage-draft.ts';
import type { StageInput } from './stage-input.ts';

interface Output {
  readonly input: StageInput;
  readonly producer: ExpandedStage;
}

/** An axis of the producer is left open: the three ways to bind it. */
export function reportUnbound(
  name: string,
  { input, producer }: Output,
  axes: readonly string[],
  reader: StageDraft,
  { report }: StagesContext,
): void {
  const quoted = axes.map((axis) => `"${axis}"`).join(' and ');
  const example = (valueOf: (axis: string) => string) =>
    textOf(
      input,
      axes.map((axis) => `${axis}=${valueOf(axis)}`),
    );
  const one = example((axis) => producer.domains.get(axis)?.[0]?.text ?? 'value');
  const all = example(() => '*');
  report.error(
    'unbound-axis',
    input.origin,
    `input "${name}" does not bind ${axes.length === 1 ? 'axis' : 'axes'} ${quoted} of stage "${producer.draft.name}"`,
    {
      remedy:
        `Write "${one}" for one value, "${all}" for a list of all, or add ${quoted} to the "matrix" of ` +
        `"${reader.name}" to run it for each.`,
      ...declaredHere(producer, axes[0] ?? ''),
    },
  );
}

/** No instance of the producer has these values. */
export function reportUnmatched(
  name: string,
  { input, producer }: Output,
  row: Row,
  bound: ReadonlyMap<string, string>,
  { report }: StagesContext,
): void {
  const stage = producer.draft.name;
  for (const [axis, text] of bound) {
    const values = producer.domains.get(axis)?.map((entry) => entry.text) ?? [];
    const entry = row.get(axis);
    if (values.includes(text) || entry === undefined) continue;
    report.error(
      'unmatched',
      entry.origin,
      `${axis}=${text} matches no instance of "${stage}", which input "${name}" reads`,
      remedyFor(producer),
    );
    return;
  }
  const values = [...bound].map((pair) => pair.join('=')).join(',');
  report.errorOnce('unmatched', input.origin, `there is no instance ${stage}:${values}, which input "${name}" reads`, {
    remedy: `"${stage}" excludes it. Exclude it here too: "exclude": [{ ... }] in the matrix.`,
    related: [{ message: `"${stage}" is declared here`, at: producer.draft.origin }],
  });
}

function remedyFor(producer: ExpandedStage): Details {
  const { draft, domains } = producer;
  const axes = [...domains].map(([name, entries]) => `${name} ${list(entries.map(({ text }) => text))}`);
  return {
    remedy: `The axes of "${draft.name}": ${axes.join('; ')}.`,
    related: [{ message: `"${draft.name}" is declared here`, at: draft.origin }],
  };
}

/** The reference in one text, with more axes bound. */
function textOf({ stage, output, where, gather }: StageInput, more: readonly string[]): string {
  const fixed = where.map(({ name, text }) => `${name}=${text}`);
  const gathered = typeof gather === 'string' ? [] : gather.map(({ name }) => `${name}=*`);
  return `@${stage}:${[...fixed, ...gathered, ...more].join(',')}/${output}`;
}

function declaredHere({ draft }: ExpandedStage, axis: string): Pick<Details, 'related'> {
  const declared = draft.axes.find(({ name }) => name === axis);
  return declared === undefined
    ? {}
    : { related: [{ message: `axis "${axis}" is declared here`, at: declared.origin }] };
}
