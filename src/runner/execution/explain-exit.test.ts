import { expect, test } from 'vitest';
import { explainExit } from './explain-exit.ts';

const explain = (code: number, log: string, outer: Record<string, string> = {}, env: string[] = []) =>
  explainExit(code, log, { env, secrets: [] }, outer);

test.each([
  [141, '', 'SIGPIPE'],
  [126, 'bash: line 1: /usr/bin/cat: Argument list too long', 'xargs'],
  [127, 'sh: 1: source: not found', '"shell": "bash"'],
  [1, "CondaError: Run 'conda init' before 'conda activate'", 'conda run -n NAME'],
  [1, 'OSError: [Errno 28] No space left on device', 'a disk is full'],
  [1, 'bash: line 3: DATA: unbound variable', 'the variable DATA is not set'],
  [2, 'sh: 1: DATA: parameter not set', 'the variable DATA is not set'],
])('exit %i, "%s"', (code, log, expected) => {
  expect(explain(code, log)).toContain(expected);
});

test('a variable that is set outside is said to be held back, with the entry that passes it', () => {
  expect(explain(1, 'bash: line 3: DATA: unbound variable', { DATA: '/x' })).toBe(
    'the variable DATA does not reach the stage, though it is set in your shell; "env": ["DATA"] in the stage ' +
      'passes it',
  );
});

test('a failure that looks like the lack of a variable names it; any other failure does not', () => {
  const outer = { LD_LIBRARY_PATH: '/cuda', HF_HOME: '/hf', PATH: '/bin' };
  const missing = 'error while loading shared libraries: libcudart.so.12: cannot open shared object file';
  expect(explain(127, missing, outer)).toBe(
    'LD_LIBRARY_PATH is set in your shell and does not reach the stage; "env": ["LD_LIBRARY_PATH"] in the stage ' +
      'passes it',
  );
  expect(explain(127, missing, outer, ['LD_LIBRARY_PATH'])).toBeUndefined();
  expect(explain(127, missing, {})).toBeUndefined();
  expect(explain(1, 'loss became nan', outer)).toBeUndefined();
  expect(explain(3, '', outer)).toBeUndefined();
});
