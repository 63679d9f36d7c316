/** The messages about placeholders without a target. */
import { suggest } from '../../util/suggest.ts';
import type { AxisEntry } from './axis.ts';
import { list } from './list.ts';
import { described } from './parse.ts';
import type { Report } from './report.ts';
import type { Origin } from './source.ts';
import type { TextPart, Placeholder } from './placeholder.ts';
import { nodeAt, type ConfigNode, type ObjectNode } from './tree.ts';

export function reportMalformed({ text }: Placeholder, where: Origin, report: Report): void {
  report.error('malformed-placeholder', where, `${text} is not a placeholder`, {
    remedy: 'A placeholder is written ${params.name}, ${axis} or ${axis.field}.',
  });
}

/** @param path the part after `params.` */
export function reportUnknownParam(
  path: readonly string[],
  where: Origin,
  params: ObjectNode | undefined,
  report: Report,
): void {
  const known = path.findIndex((_, i) => params === undefined || nodeAt(params, path.slice(0, i + 1)) === undefined);
  const parent = params === undefined ? undefined : nodeAt(params, path.slice(0, known));
  const names = parent?.kind === 'object' ? [...parent.members.keys()] : [];
  report.error('unknown-param', where, `there is no parameter "${path.slice(0, known + 1).join('.')}"`, {
    suggestion: suggestIn(
      path[known] ?? '',
      names,
      (name) => `\${${['params', ...path.slice(0, known), name, ...path.slice(known + 1)].join('.')}}`,
    ),
    remedy:
      names.length > 0
        ? `${known > 0 ? `"${path.slice(0, known).join('.')}" has` : 'There are'} ${list(names)}.`
        : undefined,
  });
}

/** @param axes those that are known */
export function reportUnknownAxis(
  { path: [head = ''], text }: Placeholder,
  where: Origin,
  axes: readonly string[],
  params: ObjectNode | undefined,
  report: Report,
): void {
  if (head === 'inputs' || head === 'outputs') {
    report.error('unknown-placeholder', where, `${text} is allowed in a command only`);
    return;
  }
  const param = params?.members.has(head) === true ? `Write \${params.${text.slice(2)} for the parameter.` : undefined;
  report.error('unknown-axis', where, `the stage has no axis "${head}"`, {
    suggestion: suggestIn(head, axes, (name) => `\${${name}}`),
    remedy:
      param ??
      (axes.length > 0 ? `Known axes: ${list(axes)}.` : 'It has no axes; parameters are written ${params.name}.'),
  });
}

export function reportUnknownField(
  axis: string,
  path: readonly string[],
  { fields, text, origin }: AxisEntry,
  where: Origin,
  report: Report,
): void {
  const names = [...(fields?.members.keys() ?? [])];
  const field = path.join('.');
  report.error(
    'unknown-field',
    where,
    fields === undefined
      ? `axis "${axis}" holds plain values, which have no field "${field}"`
      : `record "${text}" of axis "${axis}" has no field "${field}"`,
    {
      suggestion: suggestIn(path[0] ?? '', names, (name) => `\${${axis}.${name}}`),
      remedy:
        fields === undefined
          ? undefined
          : `${names.length > 0 ? `It has ${list(names)}. ` : ''}Every record of an axis needs the fields that ` +
            'the stage refers to; write null for an empty one.',
      related: [{ message: 'the value is declared here', at: origin }],
    },
  );
}

export function reportNotText(value: ConfigNode, part: TextPart, where: Origin, report: Report): void {
  report.error(
    'not-text',
    where,
    `${typeof part === 'string' ? part : part.text} is ${described(value)} and cannot be part of a text`,
    {
      remedy: 'A placeholder to a list, an object or null must be the whole string.',
    },
  );
}

function suggestIn(name: string, names: readonly string[], write: (name: string) => string): string | undefined {
  const close = suggest(name, names);
  return close === undefined ? undefined : write(close);
}
