import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { parameters } from './parameters.ts';

const Schema = Type.Object({
  epochs: Type.Integer({ minimum: 1 }),
  rate: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  optimizer: Type.Union([Type.Literal('sgd'), Type.Literal('adamw')], { default: 'sgd' }),
  image: Type.Object({ size: Type.Integer({ minimum: 8 }), gray: Type.Boolean({ default: false }) }),
  note: Type.Optional(Type.String()),
});
const good = { epochs: 3, rate: 0.1, image: { size: 32 } };

const faultsOf = (params: Parameters<typeof parameters>[1]['params'], schema = Schema): string => {
  try {
    parameters(schema, { id: 'train:seed=0', params });
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

test('defaults are filled in, and what was given is left as it was', () => {
  const given = structuredClone(good);
  expect(parameters(Schema, { id: 'train', params: given })).toEqual({
    epochs: 3,
    rate: 0.1,
    optimizer: 'sgd',
    image: { size: 32, gray: false },
  });
  expect(given).toEqual(good);
});

test('every fault is told at once: name, allowed values, finding', () => {
  expect(faultsOf({ epochs: 0, rate: '0.1', optimizer: 'adam', image: { size: 7.5 }, note: null })).toBe(
    [
      'train:seed=0 cannot start as the pipeline file declares it:',
      '  - epochs: expected an integer >= 1, got 0',
      '  - rate: expected a number > 0 and <= 1, got "0.1"',
      '  - optimizer: expected one of "sgd", "adamw", got "adam"',
      '  - image.size: expected an integer >= 8, got 7.5',
      '  - note: expected a text, got null',
    ].join('\n'),
  );
});

test('a missing parameter is told with what it must be', () => {
  expect(faultsOf({ rate: 0.1, image: { size: 8 } })).toContain('  - epochs: expected an integer >= 1, got nothing');
  expect(faultsOf({ epochs: 1, rate: 0.1 })).toContain('  - image: expected an object, got nothing');
});

test('an unknown parameter is a fault, at any depth, with the name that was probably meant', () => {
  expect(faultsOf({ ...good, epoch: 3 })).toContain('  - epoch: unknown parameter; did you mean "epochs"?');
  expect(faultsOf({ ...good, image: { size: 8, width: 9 } })).toContain(
    '  - image.width: unknown parameter. Its parameters are size, gray.',
  );
  expect(
    faultsOf({ ...good, epoch: 3 }, Type.Object(Schema.properties, { additionalProperties: false })).match(/epoch:/g),
  ).toHaveLength(1);
});

test('schemas that are put together of several know the names of all', () => {
  const both = Type.Intersect([Type.Object({ a: Type.Number() }), Type.Object({ b: Type.Number() })]);
  expect(parameters(both, { id: 'x', params: { a: 1, b: 2 } })).toEqual({ a: 1, b: 2 });
  expect(() => parameters(both, { id: 'x', params: { a: 1, b: 2, c: 3 } })).toThrow('c: unknown parameter');
});

test('a schema that allows any name allows any', () => {
  expect(parameters(Type.Record(Type.String(), Type.Number()), { id: 'x', params: { any: 1 } })).toEqual({ any: 1 });
  expect(
    parameters(Type.Object({ a: Type.Number() }, { additionalProperties: true }), { id: 'x', params: { a: 1, b: 2 } }),
  ).toEqual({ a: 1, b: 2 });
});
