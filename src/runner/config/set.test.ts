import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../util/json.ts';
import { parse } from './parse.ts';
import { faultsOf, pipelineOf } from './project.test-support.ts';
import { Report } from './report.ts';
import { applySettings } from './set.ts';
import { Source } from './source.ts';
import { valueOf } from './tree.ts';

const files = (params: object) => ({ 'pipeline.json': { params, stages: {} } });

test('any JSON value arrives as it was given, and nothing else changes', () => {
  const report = new Report();
  const tree = parse(new Source('/pipeline.json', '{ "params": { "a": { "b": 1, "c": 2 } }, "stages": {} }'), report)!;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const given = JSON.parse(JSON.stringify(value), (_, part: Json) => (Object.is(part, -0) ? 0 : part)) as Json;
      expect(valueOf(applySettings(tree, [`a.b=${JSON.stringify(value)}`], report))).toEqual({
        params: { a: { b: given, c: 2 } },
        stages: {},
      });
    }),
  );
  expect(report.failed).toBe(false);
});

test.each([
  ['a=../data/x', '../data/x'],
  ['a=12h', '12h'],
  ['a=x=y', 'x=y'],
  ['a=', ''],
  ['params.a=1', 1],
  ['a="1"', '1'],
])('--set %s gives %j', async (setting, value) => {
  expect((await pipelineOf(files({ a: null }), [setting])).params).toEqual({ a: value });
});

test('later settings win, and reach into lists', async () => {
  expect((await pipelineOf(files({ a: [0, 1, 2] }), ['a.1=5', 'a.2=6', 'a.1=7'])).params).toEqual({ a: [0, 7, 6] });
});

test.each([
  [{ size: 1, seeds: [1] }, 'sized=2', 'unknown-param: --set sized=2: there is no parameter "sized"'],
  [{ image: { size: 1 } }, 'image.sze=2', 'unknown-param: --set image.sze=2: there is no parameter "image.sze"'],
  [{ seeds: [1] }, 'seeds.1=2', 'unknown-param: --set seeds.1=2: there is no parameter "seeds.1"'],
  [{ size: 1 }, 'size.x=2', 'unknown-param: --set size.x=2: there is no parameter "size.x"'],
  [{ size: 1 }, 'size', 'set-syntax: --set size gives no value'],
  [{ size: 1 }, '=3', 'set-syntax: --set =3 gives no value'],
  [
    { size: 1 },
    'size=[1e999]',
    'number-range: --set size=[1e999]: this number is too large; at most about 1.8e308 is possible',
  ],
])('with params %j, --set %s is refused', async (params, setting, fault) => {
  expect(await faultsOf(files(params), [setting])).toEqual([fault]);
});
