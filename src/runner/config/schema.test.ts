import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'jsonc-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../util/json.ts';
import schema from '../../../schema/pipeline.schema.json' with { type: 'json' };
import { validatePipeline } from './schema-validator.generated.js';

const root = path.resolve(import.meta.dirname, '../../..');
const compiled = validatePipeline as (value: unknown) => boolean;
const interpreted = new Ajv({ strict: false }).compile(schema);

/** Every pipeline file of this repository. */
async function shippedFiles(): Promise<readonly string[]> {
  const inFolder = async (folder: string) =>
    (await readdir(path.join(root, folder))).map((name) => `${folder}/${name}`);
  const files = (await inFolder('pipelines')).filter((file) => file.endsWith('.json') && !file.endsWith('.lock.json'));
  const folders = [...(await inFolder('templates')), ...(await inFolder('docs/examples'))];
  const inside = folders.map((folder) => `${folder}/pipeline.json`).filter((file) => existsSync(path.join(root, file)));
  return ['pipeline.json', ...files, ...inside];
}

const example = {
  name: 'x',
  params: { a: 1 },
  axes: { x: [1, 2], y: { r: { f: '@a/o' } }, z: '${params.a}' },
  templates: { t: { extends: 'u', publish: 'out/', matrix: ['x'] }, u: { timeout: '1h' } },
  stages: {
    b: {
      extends: 't',
      module: 'b.ts',
      matrix: { x: '*', y: ['r'] },
      inputs: ['@a/*', '@a:x=1,z=*/{o,f}', { w: '${y.f}', v: '@a:*/o', n: null }],
      params: ['${params.a}', '${params.{a}}', { c: 1 }],
    },
    a: {
      command: 'true',
      matrix: {
        x: [1, 'b'],
        y: { r: { f: null } },
        z: '${params.a}',
        include: [{ x: 1, y: 'r' }],
        exclude: [{ x: 'b' }],
      },
      inputs: {
        p: 'x',
        q: { path: 'x', optional: true },
        r: { stage: 'b', output: 'o', where: { x: 1 }, gather: ['x'] },
        n: null,
      },
      outputs: { o: 'o', f: { file: 'f/', publish: 'p', metrics: false, commit: true } },
      env: ['A', { name: 'B', secret: true }],
      resources: { gpu: 1, memory: '4 GiB' },
      timeout: '1h',
      retries: { limit: 1, delay: '1s', on: [1] },
    },
  },
};

test('the validator was compiled from the schema as it is (if not: npm run build)', async () => {
  const { compiledSchema } = (await import(path.join(root, 'scripts/schema-code.mjs'))) as {
    compiledSchema: () => Promise<string>;
  };
  expect(await readFile(path.join(root, 'src/runner/config/schema-validator.generated.js'), 'utf8')).toBe(
    await compiledSchema(),
  );
});

test.each(await shippedFiles())('an editor finds no fault in %s, which may extend another file', async (file) => {
  const written = parse(await readFile(path.join(root, file), 'utf8'), [], { allowTrailingComma: true }) as unknown;
  interpreted(written);
  expect(interpreted.errors ?? []).toEqual([]);
});

test('schema and validator agree on pipelines with something replaced, removed or added anywhere', () => {
  expect(compiled(example)).toBe(true);
  const places = pathsOf(example);
  const verdicts = new Set<boolean>();
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.constantFrom<Json>(
        null,
        true,
        3,
        -1,
        0.5,
        '',
        'text',
        '${params.a}',
        '2m',
        [],
        [null],
        {},
        { stage: 'b' },
        { name: 'x', file: 'y' },
        '@a/o',
        '@a/*',
        '@a',
        '*',
        'out/',
      ),
      fc.constantFrom('replace', 'remove', 'add'),
      (place, value, change) => {
        const changed = edited(example, place, value, change);
        verdicts.add(compiled(changed));
        expect(compiled(changed)).toBe(interpreted(changed));
      },
    ),
    { numRuns: 1000 },
  );
  expect(verdicts.size).toBe(2);
});

test('every key that a user can write is explained', () => {
  const silent: string[] = [];
  const visit = (rule: Record<string, unknown>, name: string): void => {
    if (typeof rule.$ref === 'string') return;
    if (rule.description === undefined && rule.title === undefined) silent.push(name);
    for (const [key, part] of Object.entries((rule.properties ?? {}) as Record<string, Record<string, unknown>>))
      visit(part, `${name}.${key}`);
  };
  visit(schema, 'pipeline');
  for (const [name, rule] of Object.entries(schema.definitions)) visit(rule, name);
  expect(silent).toEqual([]);
});

function pathsOf(value: unknown, above: readonly string[] = []): string[][] {
  const own = [[...above]];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...above, key]))];
}

function edited(value: unknown, [key, ...rest]: readonly string[], by: Json, change: string): unknown {
  if (key === undefined)
    return change === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value, extra: by }
      : by;
  const copy = structuredClone(value) as Record<string, unknown>;
  if (rest.length === 0 && change === 'remove' && !Array.isArray(copy)) Reflect.deleteProperty(copy, key);
  else copy[key] = edited(copy[key], rest, by, change);
  return copy;
}
