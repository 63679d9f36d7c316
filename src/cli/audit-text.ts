/** Describes the verdict of an audit in words. */
import type { Reproduction, OutputReproduction } from '../formats/reproduction.ts';

/** `identical`, or for each different output the kind and the place of its first difference. */
export function auditText({ verdict, tolerance, outputs }: Reproduction): string {
  if (verdict === 'identical') return 'identical';
  const differing = Object.entries(outputs).filter(([, output]) => output.verdict !== 'identical');
  return differing.map(([name, output]) => `output ${name} ${outputText(output, tolerance)}`).join('; ');
}

function outputText({ verdict, first, fields = {} }: OutputReproduction, tolerance: number): string {
  const all = Object.values(fields);
  const largest = (of: (field: (typeof all)[number]) => number): number => Math.max(...all.map(of));
  const numbers =
    all.length === 0
      ? ''
      : `, by at most ${largest(({ maxAbsolute }) => maxAbsolute)} (relative ${largest(({ maxRelative }) => maxRelative)})`;
  return `${verdict === 'within' ? `differs within ${tolerance}` : 'differs'}${numbers}, first at ${first ?? 'a place unknown'}`;
}
