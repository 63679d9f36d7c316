import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import * as formats from '../../src/formats/index.ts';
import { generatedFiles } from './files.mjs';
import { jsonSchemaOf } from './json-schema.mjs';
import { tablesOf } from './tables.mjs';

const root = path.join(import.meta.dirname, '../..');

test('the JSON Schemas and docs/formats.md are those that npm run formats writes', async () => {
  for (const [file, text] of await generatedFiles(formats))
    expect(await readFile(path.join(root, file), 'utf8'), `${file} is out of date: npm run formats`).toBe(text);
});

test.each(formats.FORMATS)('the schema of $name is valid JSON Schema', (format) => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false });
  expect(() => ajv.compile(jsonSchemaOf(format))).not.toThrow();
});

const titled = { title: 'spot', type: 'object', required: ['x'], properties: { x: { type: 'number' } } };
const schema = {
  title: 'picture',
  type: 'object',
  required: ['spots', 'first'],
  properties: {
    spots: { type: 'array', items: titled, description: 'All of them.' },
    first: { ...titled, description: 'The first.' },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'May be null.' },
    kind: { anyOf: [{ const: 'a' }, { const: 'b' }], description: 'One of two.' },
    corner: { type: 'object', required: ['y'], properties: { y: { type: 'integer', description: 'Down.' } } },
    counts: { type: 'object', patternProperties: { '^(.*)$': { type: 'integer' } }, description: 'By name.' },
    place: { type: 'array', items: [{ type: 'number' }, { type: 'number' }], minItems: 2, maxItems: 2 },
  },
};
const format = { name: 'picture', file: 'picture.json', writer: 'draw', schema };

test('a part with a title becomes a definition, and keeps the description of its place', () => {
  const { definitions, properties } = jsonSchemaOf(format);
  expect(Object.keys(definitions)).toEqual(['spot']);
  expect(properties.spots.items).toEqual({ $ref: '#/definitions/spot' });
  expect(properties.first).toEqual({ $ref: '#/definitions/spot', description: 'The first.' });
});

test('objects are closed, records are open, alternatives are short', () => {
  const { properties, additionalProperties, definitions } = jsonSchemaOf(format);
  expect([additionalProperties, definitions.spot.additionalProperties]).toEqual([false, false]);
  expect(properties.counts.additionalProperties).toEqual({ type: 'integer' });
  expect(properties.note.type).toEqual(['string', 'null']);
  expect(properties.kind.enum).toEqual(['a', 'b']);
  expect(properties.place).toEqual({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 });
});

test('the table has a row for each field, and a table for each part with a title', () => {
  expect(tablesOf([format], formats.expectation)).toBe(
    [
      '### Picture',
      '`picture.json`, written by draw. Schema: [picture.schema.json](../schema/picture.schema.json).',
      [
        '| field | type | meaning |',
        '| --- | --- | --- |',
        '| `spots` | list of [spot](#spot) | All of them. |',
        '| `first` | [spot](#spot) | The first. |',
        '| `note`, optional | text or null | May be null. |',
        '| `kind`, optional | "a" or "b" | One of two. |',
        '| `corner.y` | integer | Down. |',
        '| `counts`, optional | object of integers | By name. |',
        '| `place`, optional | list of 2 numbers |  |',
      ].join('\n'),
      '#### Spot',
      ['| field | type | meaning |', '| --- | --- | --- |', '| `x` | number |  |'].join('\n'),
    ].join('\n\n'),
  );
});
