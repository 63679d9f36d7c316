/** Standard output and standard error on a full disk, on a pipe without a reader, or closed. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const files = { 'pipeline.json': pipelineOf({ train: shell('echo working; echo x > ${outputs.out}') }) };

/** Every command that ends by itself, and its exit code when all of it can be written. Those with 0 print an answer. */
const commands = [
  ['run', 0],
  ['run --json', 0],
  ['run --progress live', 0],
  ['run --progress quiet', 0],
  ['run --audit train', 0],
  ['run -n', 0],
  ['status', 0],
  ['status --json', 0],
  ['why train', 0],
  ['graph', 0],
  ['graph --format svg', 0],
  ['logs train', 0],
  ['show train', 0],
  ['history', 0],
  ['timeline', 0],
  ['verify', 0],
  ['gc', 0],
  ['checkout', 0],
  ['export results.tar', 0],
  ['init fresh-folder', 0],
  ['doctor', 0],
  ['engine list', 0],
  ['completion bash', 0],
  ['--help', 0],
  ['help run', 0],
  ['--version', 0],
  ['status --nonsense', 2],
  ['status nothing', 2],
  ['--pipeline nowhere.json status', 2],
] as const;

const TRACE = /^\s+at .*(:\d+:\d+|node:)/m;
const WORK = /^run(?! -n)/;

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  test.each(commands)('pipeline %s', { timeout: 240_000 }, async (words, usual) => {
    const project = await Project.create(files);
    if (!/^run --(json|progress)/.test(words)) await project.pipeline(['run']);
    const after = async (redirection: string) => {
      await project.shell('rm -rf fresh-folder results.tar');
      const ended = await (await project.startScript(`node "$COMMAND" ${words} ${redirection}`, 'bash')).ended;
      expect(ended.err).not.toMatch(TRACE);
      expect(ended.out).not.toMatch(TRACE);
      return ended;
    };
    const { code, err } = await after('> /dev/full');
    expect(code).toBe(usual !== 0 || WORK.test(words) ? usual : 4);
    if (usual === 0) expect(err).toContain('standard output cannot be written');
    expect((await after('2> /dev/full')).code).toBe(usual);
    const reader = '> >(true) 2> >(true)';
    expect((await after(reader)).code).toBe(usual);
  });
});

test.skipIf(!existsSync('/dev/full'))('a stage runs to its end, though no line about it can be written', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell('echo start >> steps; sleep 0.5; echo end >> steps; echo x > ${outputs.out}'),
      failing: shell('exit 3'),
    }),
  });
  const full = await project.startScript('node "$COMMAND" run train 2> /dev/full > /dev/full');
  expect((await full.ended).code).toBe(0);
  expect(await project.read('steps')).toBe('start\nend\n');
  const failing = await project.startScript('node "$COMMAND" run 2> /dev/full');
  expect((await failing.ended).code).toBe(1);
  const closed = await project.startScript('node "$COMMAND" run --force train >&- 2>&-');
  expect((await closed.ended).code).toBe(0);
  const json = await project.startScript('node "$COMMAND" run --json --force train > /dev/full');
  const { code, err } = await json.ended;
  expect(code).toBe(0);
  expect(err).toBe(
    'error: disk full: standard output cannot be written. Not everything that this command said is there.\n',
  );
});
