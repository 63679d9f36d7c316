import { Type } from '@sinclair/typebox';
import { expect, expectTypeOf, test } from 'vitest';
import type { JsonObject } from '../../util/json.ts';
import type { Gathered, Stage } from '../stage.ts';
import { defineStage } from './define-stage.ts';
import { contractFaults } from './faults.ts';
import { gathered, input, nullable, optional, output } from './kinds.ts';
import { contractOf, decodeContract, encodeContract } from './portable.ts';

interface Given {
  readonly inputs?: Readonly<Record<string, string | null | Gathered>>;
  readonly params?: JsonObject;
  readonly outputs?: Readonly<Record<string, string>>;
}

const stageOf = ({ inputs = {}, params = {}, outputs = {} }: Given) =>
  ({ id: 'train:seed=0', inputs, params, outputs }) as unknown as Stage;

const train = (heard: (given: unknown) => void) =>
  defineStage({
    inputs: {
      images: input,
      weights: nullable(input),
      audit: optional(input),
      runs: gathered({ model: Type.String(), seed: Type.Optional(Type.Number()) }),
      'more-*': optional(gathered({})),
    },
    params: Type.Object({ epochs: Type.Integer({ minimum: 1 }), rate: Type.Number({ default: 0.1 }) }),
    outputs: { weights: output, log: optional(output) },
    run: ({ inputs, params, outputs }) => {
      expectTypeOf(inputs.images).toEqualTypeOf<string>();
      expectTypeOf(inputs.weights).toEqualTypeOf<string | null>();
      expectTypeOf(inputs.audit).toEqualTypeOf<string | null>();
      expectTypeOf(inputs.runs[0]!.axes.model).toEqualTypeOf<string>();
      expectTypeOf(inputs['more-*'].a).toExtend<readonly { readonly path: string }[] | null | undefined>();
      expectTypeOf(params).toEqualTypeOf<{ epochs: number; rate: number }>();
      expectTypeOf(outputs.weights).toEqualTypeOf<string>();
      expectTypeOf(outputs.log).toEqualTypeOf<string | null>();
      heard({ inputs, params, outputs });
    },
  });

const RUNS = [{ path: '/r', axes: { model: 'M1', seed: 0 } }];
const GOOD = {
  inputs: { images: '/i', weights: null, runs: RUNS, 'more-a': RUNS, 'more-b': null },
  params: { epochs: 2 },
  outputs: { weights: '/w' },
};

test('run gets paths, members, defaults, and null for everything that the pipeline leaves out', async () => {
  const heard: unknown[] = [];
  await train((given) => heard.push(given))(stageOf(GOOD));
  expect(heard).toEqual([
    {
      inputs: { images: '/i', weights: null, audit: null, runs: RUNS, 'more-*': { a: RUNS, b: null } },
      params: { epochs: 2, rate: 0.1 },
      outputs: { weights: '/w', log: null },
    },
  ]);
});

test('a stage that does not fit fails before its function is called, with all faults', async () => {
  const inputs = Object.fromEntries(Object.entries(GOOD.inputs).filter(([name]) => name !== 'images'));
  const faulty = stageOf({ inputs: { ...inputs, weigths: '/x' }, params: { epochs: 0 }, outputs: {} });
  await expect(train(() => expect.unreachable())(faulty)).rejects.toThrow(
    [
      'train:seed=0 cannot start as the pipeline file declares it:',
      '  - the input "images" is missing. Add it to "inputs".',
      '  - unknown input "weigths"; did you mean "weights"?',
      '  - epochs: expected an integer >= 1, got 0',
      '  - the output "weights" is missing. Add it to "outputs".',
    ].join('\n'),
  );
});

test('an input that the stage does not know may be null', async () => {
  const heard: unknown[] = [];
  await train((given) => heard.push(given))(stageOf({ ...GOOD, inputs: { ...GOOD.inputs, teacher: null } }));
  expect(heard).toHaveLength(1);
});

test('a contract finds the same faults after a way through JSON', () => {
  const params = Type.Composite([
    Type.Object({ kind: Type.Union([Type.Literal('linear'), Type.Literal('knn')]), sizes: Type.Array(Type.Integer()) }),
    Type.Object({
      pair: Type.Optional(Type.Tuple([Type.Number(), Type.String({ pattern: '^a' })])),
      any: Type.Optional(Type.Record(Type.String(), Type.Boolean())),
      nothing: Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0 })], { default: null }),
    }),
  ]);
  const stage = defineStage({
    inputs: { runs: gathered({ seed: Type.Number() }) },
    params,
    outputs: {},
    run: () => undefined,
  });
  const contract = contractOf(stage)!;
  const decoded = decodeContract(encodeContract(contract));
  const given = (values: JsonObject, axes: Record<string, string | number>) => ({
    inputs: { runs: { kind: 'gathered', members: [{ axes }] } as const },
    params: values,
    outputs: [],
  });
  const cases = [
    given({ kind: 'linear', sizes: [1] }, { seed: 1 }),
    given({ kind: 'tree', sizes: [1.5], pair: [1, 'b'], any: { a: 1 }, nothing: 0, more: 1 }, { seed: 'x' }),
    given({ sizes: 'many', pair: [1], any: 3, nothing: 'x' }, {}),
  ];
  expect(cases.map((each) => contractFaults(contract, each).length)).toEqual([0, 7, 6]);
  for (const each of cases) expect(contractFaults(decoded, each)).toEqual(contractFaults(contract, each));
});

test('a plain function has no contract', () => {
  expect(contractOf(() => undefined)).toBeUndefined();
  expect(contractOf(undefined)).toBeUndefined();
});
