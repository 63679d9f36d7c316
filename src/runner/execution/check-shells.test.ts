import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../plan.ts';
import { checkShells, ShellError } from './check-shells.ts';

function planOf(template: string, shell?: string, kind: 'run' | 'fresh' = 'run'): Plan {
  const instance = { id: 'work', stage: 'work', body: { kind: 'command', template, ...(shell && { shell }) } };
  return { pipeline: {}, entries: [{ instance, verdict: { kind, reasons: [] } }] } as unknown as Plan;
}

function faultsOf(template: string, shell?: string): string[] {
  try {
    checkShells(planOf(template, shell));
    return [];
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    return error.faults.map(({ message, remedy }) => `${message}. ${remedy}`);
  }
}

describe.skipIf(!existsSync('/bin/dash'))('under dash', () => {
  test.each([
    ['train &> log', '`&>`', '`> FILE 2>&1`'],
    ['train |& tee log', '`|&`', '`2>&1 |`'],
    ['if [[ -f a ]]; then echo; fi', '`[[`', '`[ a = b ]` or `case`'],
    ['((n > 1)) && echo', '`((`', '`[ "$(( ... ))" -ne 0 ]`'],
    ['diff <(sort a) b', '`<(`', 'a file between'],
    ['read -r x <<< "$y"', '`<<<`', "`printf '%s\\n' TEXT |`"],
    ['source venv/bin/activate\ntrain', '`source`', '`. ./FILE`'],
    ['files=(a b); echo', 'an array', '`set -- A B` and `"$@"`'],
    ['function f { echo; }; f', '`function`', '`NAME() { ...; }`'],
    ["sort -t $'\\t' a", "`$'...'`", '`$(printf ...)`'],
  ])('%s is refused, with the word of bash and another way', (template, word, instead) => {
    expect(faultsOf(template, 'dash')).toEqual([
      expect.stringMatching(
        /^stage "work": .* means something else to \/.*dash than to bash\. Write .*"shell": "bash"\.$/,
      ),
    ]);
    expect(faultsOf(template, 'dash')[0]).toContain(word);
    expect(faultsOf(template, 'dash')[0]).toContain(`Write ${instead}, or`);
    expect(faultsOf(template, 'bash')).toEqual([]);
  });

  test.each([
    "awk '{ if ($1 && $2) print $1,$2 }' a > b 2>&1",
    'echo "a &> b [[ c ]] $(cat <<EOF\nsource x <(y)\nEOF\n)"',
    '# source x &> y\ntrue',
    'cat <<END\nsource me &> now\nEND',
    'n=$((1 + (2))); (echo a)',
    '((echo a); echo b) > x',
    'x=a; resource y; echo --source z',
    'cat ${inputs.x} > ${outputs.y}',
    'a && b || c; sleep 1 & wait',
  ])('%s is no bash', (template) => {
    expect(faultsOf(template, 'dash')).toEqual([]);
  });

  test('a pipe without pipefail and braces that stay are told, and do not stop the run', () => {
    expect(checkShells(planOf('sort a | uniq > b', 'dash'))).toEqual([
      expect.stringMatching(
        /^work: \/.*dash does not know `pipefail`: a step that fails before the last `\|` is not noticed/,
      ),
    ]);
    expect(checkShells(planOf('touch {a,b}', 'dash'))).toEqual([expect.stringContaining('`{a,b}`')]);
    expect(checkShells(planOf('a || b', 'dash'))).toEqual([]);
    expect(checkShells(planOf('grep a\\|b c; case $x in (a|b) echo;; c | d) echo;; esac', 'dash'))).toEqual([]);
    expect(checkShells(planOf('case $x in a) sort a | uniq;; esac', 'dash'))).toHaveLength(1);
    expect(checkShells(planOf('sort a | uniq > b', 'bash'))).toEqual([]);
  });

  test('stages that do not run are not looked at', () => {
    expect(checkShells(planOf('train &> log', 'dash', 'fresh'))).toEqual([]);
  });
});

test('a shell that is not installed is refused before anything runs', () => {
  expect(faultsOf('echo', '/nowhere/zsh')).toEqual([
    'stage "work" runs under /nowhere/zsh, and this machine has no such shell. Install it, or name another one: ' +
      '"shell": "sh".',
  ]);
});
