import { describe, expect, it } from 'vitest';
import { isGenerated, isSource, isTest } from './kinds.mjs';
import { namesUsedTwice, roomOf, roomsOf } from './rooms.mjs';
import { measureSyntax } from './syntax.mjs';

describe('the syntax of a file', () => {
  it('holds functions with their lines and the name of the function or of its variable', () => {
    const { functions } = measureSyntax(
      'a.ts',
      'export function first() {\n  return [1].map((n) => n + 1);\n}\nconst second = () => {\n  ' +
        'first();\n};\nclass C {\n  third() {}\n}\n',
    );
    expect(functions.map(({ name, line, lines }) => `${line} ${name} ${lines}`)).toEqual([
      '1 first 3',
      '2 (anonymous) 1',
      '4 second 3',
      '8 third 1',
    ]);
  });

  it('does not count declarations without a body', () => {
    expect(measureSyntax('a.ts', 'interface A { b(): void }\ndeclare function c(): void;').functions).toEqual([]);
  });

  it('counts assertions of type and negations apart', () => {
    expect(measureSyntax('a.ts', 'const a = b!.c![0]! + Number(!d) + Number(e != f);').assertions).toBe(3);
  });

  it('tells names that a file declares from names that it passes on', () => {
    const source = [
      'export const [a, { b }] = f();',
      'export interface C {}',
      'export type D = 1;',
      'export enum E {}',
      'export { g } from "./g.ts";',
      'export default function h() {}',
      'const i = 1;',
    ];
    expect(measureSyntax('a.ts', source.join('\n')).exports).toEqual(['a', 'b', 'C', 'D', 'E']);
  });
});

describe('rooms', () => {
  const map =
    '| room | question |\n| --- | --- |\n| `src/a/b`, `c` | one? |\n| `src/a` | other? |\n| `stages` | `x` |\n';

  it('are the folders in the first column of the map', () => {
    expect(roomsOf(map)).toEqual(['src/a/b', 'src/a/c', 'src/a', 'stages']);
  });

  it('hold the files below them, the innermost first', () => {
    const rooms = roomsOf(map);
    expect(['src/a/b/c/d.ts', 'src/a/d.ts', 'src/ab/d.ts'].map((file) => roomOf(file, rooms))).toEqual([
      'src/a/b',
      'src/a',
      'src/ab',
    ]);
  });

  it('tell a name that two of their files export', () => {
    const exported = [
      { file: 'src/a/one.ts', names: ['same', 'same', 'other'] },
      { file: 'src/a/deep/two.ts', names: ['same'] },
      { file: 'src/a/b/three.ts', names: ['other'] },
    ];
    expect(namesUsedTwice(exported, roomsOf(map))).toEqual([
      { room: 'src/a', name: 'same', files: ['src/a/one.ts', 'src/a/deep/two.ts'] },
    ]);
  });
});

describe('kinds of files', () => {
  it.each([
    ['src/a/b.ts', 'source'],
    ['stages/b.tsx', 'source'],
    ['src/a/b.test.ts', 'test'],
    ['src/a/b.test-support.ts', 'test'],
    ['src/a/b.contract.ts', 'test'],
    ['test/b.ts', 'test'],
    ['src/a/b.generated.ts', 'generated'],
    ['src/a/golden/b.json', 'generated'],
    ['docs/b.md', 'none'],
  ])('%s is %s', (file, kind) => {
    const kinds = { source: isSource(file), test: isTest(file), generated: isGenerated(file) };
    expect(Object.keys(kinds).filter((name) => kinds[name])).toEqual(kind === 'none' ? [] : [kind]);
  });
});
