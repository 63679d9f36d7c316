import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../util/json.ts';
import { parse } from './parse.ts';
import { Report } from './report.ts';
import { locationOf, Source } from './source.ts';
import { valueOf, type ConfigNode } from './tree.ts';

/** The text at a place, found by splitting the file into lines. */
function pointedAt(text: string, { line, column, length }: { line: number; column: number; length: number }): string {
  return text.split(/\r\n|\n|\r/)[line - 1]!.slice(column - 1, column - 1 + length);
}

function everyNode(node: ConfigNode, visit: (node: ConfigNode) => void): void {
  visit(node);
  if (node.kind === 'list')
    node.items.forEach((item) => {
      everyNode(item, visit);
    });
  if (node.kind === 'object') for (const { value } of node.members.values()) everyNode(value, visit);
}

test('every scalar and every key is found where line and column say', () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(objects, fc.constantFrom(0, 2, '\t'), fc.constantFrom('\n', '\r\n'), (value, indent, newline) => {
      const text = JSON.stringify(value, null, indent).replaceAll('\n', newline);
      const report = new Report();
      const tree = parse(new Source('/x.json', text), report)!;
      expect(report.errors).toEqual([]);
      everyNode(tree, (node) => {
        if (node.kind === 'scalar')
          expect(JSON.parse(pointedAt(text, locationOf(node.origin))) === node.value || node.value === 0).toBe(true);
        if (node.kind === 'object')
          for (const [name, { key }] of node.members) expect(JSON.parse(pointedAt(text, locationOf(key)))).toBe(name);
      });
      expect(valueOf(tree)).toEqual(JSON.parse(text, (_, part: Json) => (Object.is(part, -0) ? 0 : part)));
    }),
  );
});

test('a syntax fault somewhere in a pipeline is placed in its line', () => {
  const lines = JSON.stringify({ a: 1, b: { c: [true, 'x'] } }, null, 2).split('\n');
  const report = new Report();
  parse(new Source('/x.json', lines.map((line, i) => (i === 2 ? `${line} oops` : line)).join('\n')), report);
  expect(report.errors.map(({ code, location }) => [code, location?.line])).toContainEqual(['syntax', 3]);
});

test.each([
  ['', 1, 'the file is empty; a pipeline file holds one object'],
  ['[1]', 1, 'a pipeline file holds one object, got a list'],
  ['{ "a": 1', 1, 'expected "}"'],
  ["{ 'a': 1 }", 1, 'expected a JSON value; text needs double quotes'],
  ['{ "a": "x\n}', 1, 'this text is not closed; expected a double quote'],
  ['{}\n{}', 2, 'expected the end of the file'],
  [String.raw`{ "a": "\x" }`, 1, String.raw`unknown escape; a backslash itself is written \\`],
  ['/* {}', 1, 'this comment is not closed; expected "*/"'],
])('%j is refused in line %i: %s', (text, line, message) => {
  const report = new Report();
  expect(parse(new Source('/x.json', text), report)).toBeUndefined();
  expect(report.errors[0]).toMatchObject({ message, location: { line } });
});
