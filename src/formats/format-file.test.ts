import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { expectation, FormatError, type SchemaNode } from './fault.ts';
import { checkFormat, readFormat, writeFormat } from './format-file.ts';

const Circle = Type.Object({ kind: Type.Literal('circle'), radius: Type.Number({ minimum: 0 }) });
const Line = Type.Object({
  kind: Type.Literal('line'),
  points: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
});
const Drawing = Type.Object({
  name: Type.String({ minLength: 1 }),
  shapes: Type.Array(Type.Union([Circle, Line])),
  scores: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()])),
  note: Type.Optional(Type.String()),
});

const valid = {
  name: 'a',
  shapes: [
    { kind: 'circle', radius: 1 },
    { kind: 'line', points: [[0, 0]] },
  ],
  scores: { 'x/y': null },
};

const faultOf = (value: unknown): string => {
  try {
    checkFormat(Drawing, value, 'drawing.json');
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return (error as Error).message;
  }
  return '';
};

test('a value that is as its schema says is given back, with fields that the schema lacks', () => {
  const more = { ...valid, more: 1 };
  expect(checkFormat(Drawing, more, 'drawing.json')).toBe(more);
});

test.each([
  ['a field that is missing', { ...valid, name: undefined }, 'drawing.json: name: the field is missing.'],
  ['a field of another type', { ...valid, shapes: 'none' }, 'drawing.json: shapes: expected a list, got "none".'],
  [
    'a number out of bounds',
    { ...valid, shapes: [{ kind: 'circle', radius: -1 }] },
    'drawing.json: shapes[0].radius: expected a number >= 0, got -1.',
  ],
  [
    'a part of an alternative, the one that is meant',
    { ...valid, shapes: [{ kind: 'line', points: [[0, 'b']] }] },
    'drawing.json: shapes[0].points[0][1]: expected a number, got "b".',
  ],
  [
    'an alternative that there is none of',
    { ...valid, shapes: [{ kind: 'star' }] },
    'drawing.json: shapes[0]: expected an object, got {"kind":"star"}.',
  ],
  [
    'a name that is no identifier',
    { ...valid, scores: { 'x/y': 'high' } },
    'drawing.json: scores["x/y"]: expected a number or null, got "high".',
  ],
  ['all of it', [], 'drawing.json: expected an object, got [].'],
  [
    'a long value, which is cut',
    { ...valid, shapes: 'x'.repeat(100) },
    `drawing.json: shapes: expected a list, got "${'x'.repeat(59)}....`,
  ],
])('a fault names %s', (_, value, message) => {
  expect(faultOf(value)).toBe(message);
});

test.each<[SchemaNode, string]>([
  [Type.Integer({ minimum: 0, maximum: 9 }), 'an integer >= 0 and <= 9'],
  [Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), 'a number > 0 and < 1'],
  [Type.Union([Type.Literal('a'), Type.Literal('b'), Type.Null()]), '"a", "b" or null'],
  [Type.Array(Type.String(), { minItems: 2 }), 'a list of at least 2'],
  [Type.Tuple([Type.String(), Type.String()]), 'a list of 2'],
  [Type.String({ pattern: '^[0-9a-f]{64}$' }), 'a SHA-256 digest'],
  [Type.String({ pattern: '^a+$' }), 'a text like ^a+$'],
  [Type.Boolean(), 'true or false'],
  [{ enum: ['x', 1] }, '"x" or 1'],
  [{ type: ['string', 'null'] }, 'a text or null'],
  [{}, 'any value'],
])('%o is called %s', (schema, words) => {
  expect(expectation(schema)).toBe(words);
});

test('a file is read as it was written, and one that is not JSON is named', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'format-file-'));
  try {
    const file = path.join(folder, 'drawing.json');
    const drawing = checkFormat(Drawing, valid, file);
    await writeFormat(Drawing, file, drawing);
    expect(await readFormat(Drawing, file)).toEqual(valid);
    await writeFile(file, '{');
    await expect(readFormat(Drawing, file)).rejects.toThrow(/drawing\.json is not JSON: /);
  } finally {
    await rm(folder, { recursive: true });
  }
});
