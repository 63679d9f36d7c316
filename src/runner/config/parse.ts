/** Text -> tree. JSON with comments and trailing commas; other syntax faults are reported with their place. */
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Scalar } from '../../util/json.ts';
import type { Report } from './report.ts';
import type { Origin, Source } from './source.ts';
import type { ConfigNode, Member, ObjectNode } from './tree.ts';

/** Undefined when the text is no JSON object; the report then says why. */
export function parse(source: Source, report: Report): ObjectNode | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(source.text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root === undefined) {
    reportSyntax(errors, source, report);
    return undefined;
  }
  const tree = convert(root, source, report);
  if (tree.kind === 'object') return tree;
  report.error('wrong-type', tree.origin, `a pipeline file holds one object, got ${described(tree)}`);
  return undefined;
}

/** Later faults on the same line follow from the first, so each line is reported once. */
function reportSyntax(errors: readonly ParseError[], source: Source, report: Report): void {
  if (source.text.trim() === '') {
    report.error('syntax', { source, offset: 0, length: 0 }, 'the file is empty; a pipeline file holds one object', {
      remedy: '`pipeline init` in another folder writes an example to begin from.',
    });
    return;
  }
  const lines = new Set<number>();
  for (const { error, offset, length } of errors) {
    const at = { source, offset: Math.min(offset, source.text.length), length };
    const { line } = source.locate(at.offset, length);
    if (lines.has(line)) continue;
    lines.add(line);
    const code = printParseErrorCode(error);
    report.error('syntax', at, SYNTAX[code] ?? 'this is not JSON', {
      remedy:
        at.offset === source.text.length && code.startsWith('Close')
          ? 'The file ends inside of an object or list: close each { and [.'
          : undefined,
    });
  }
}

/** By the names that jsonc-parser gives its errors. */
const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'expected a JSON value; text needs double quotes',
  InvalidNumberFormat: 'this is not a JSON number',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," before this',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'expected the end of the file',
  UnexpectedEndOfComment: 'this comment is not closed; expected "*/"',
  UnexpectedEndOfString: 'this text is not closed; expected a double quote',
  UnexpectedEndOfNumber: 'this number is incomplete',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'unknown escape; a backslash itself is written \\\\',
  InvalidCharacter: 'a control character is not allowed in text; write \\n or \\t',
};

function convert(node: Node, source: Source, report: Report): ConfigNode {
  const origin = originOf(node, source);
  switch (node.type) {
    case 'object':
      return { kind: 'object', origin, members: convertMembers(node, source, report) };
    case 'array':
      return { kind: 'list', origin, items: (node.children ?? []).map((item) => convert(item, source, report)) };
    default:
      return { kind: 'scalar', origin, value: scalar(node.value as Scalar, origin, report) };
  }
}

function convertMembers(node: Node, source: Source, report: Report): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const { children: [keyNode, valueNode] = [] } of node.children ?? []) {
    if (keyNode === undefined || valueNode === undefined)
      throw new Error('Internal error: a JSON property without key or value.');
    const name = keyNode.value as string;
    const key = originOf(keyNode, source);
    const first = members.get(name);
    if (first !== undefined) {
      report.error('duplicate-key', key, `the key "${name}" is written twice`, {
        remedy: 'Remove one of the two.',
        related: [{ message: 'first written here', at: first.key }],
      });
    }
    members.set(name, { key, value: convert(valueNode, source, report) });
  }
  return members;
}

/** Infinity has no JSON, and -0 would count as another value than 0. */
function scalar(value: Scalar, origin: Origin, report: Report): Scalar {
  if (value === Infinity || value === -Infinity)
    report.error('number-range', origin, 'this number is too large; at most about 1.8e308 is possible');
  return Object.is(value, -0) ? 0 : value;
}

function originOf({ offset, length }: Node, source: Source): Origin {
  return { source, offset, length };
}

/** `a list`, `the number 3`: a node as a message names it. */
export function described(node: ConfigNode): string {
  if (node.kind === 'object') return 'an object';
  if (node.kind === 'list') return 'a list';
  const { value } = node;
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
    case 'number':
      return `the number ${value}`;
    default:
      return String(value);
  }
}
