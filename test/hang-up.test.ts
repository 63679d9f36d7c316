/** The end of the terminal under nohup, and the end of npm or npx that started the command. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gone, isAlive, pipelineOf, Project, shell } from './rig.test-support.ts';

/** Writes its process id and that of the runner, and ends when `go` is there. */
const files = {
  'pipeline.json': pipelineOf({
    train: shell(
      'echo $$ > stage; echo $PPID > runner; touch started; until [ -e go ]; do sleep 0.05; done; echo x > ' +
        '${outputs.out}',
    ),
  }),
  'package.json': { name: 'project', private: true },
};

const hasProc = existsSync('/proc/self/status');
const pidIn = async (project: Project, name: string): Promise<number> => Number(await project.read(name));

describe.skipIf(!hasProc)('started with the end of the terminal ignored, a run survives it', () => {
  test.each([
    ['nohup in bash', 'bash', 'nohup node "$COMMAND" run & wait'],
    ['nohup in sh', 'sh', 'nohup node "$COMMAND" run & wait'],
    ['a script that ignores it', 'sh', 'trap "" HUP; node "$COMMAND" run; exit $?'],
    ['nohup and npx', 'bash', 'nohup npx --no pipeline run & wait'],
    ['nohup of a variable in sh', 'sh', 'NODE=node; nohup "$NODE" "$COMMAND" run & wait'],
    ['nohup behind another program in bash', 'bash', 'nice nohup node "$COMMAND" run & wait'],
  ])('%s', async (_, program, script) => {
    const project = await Project.create(files);
    const started = await project.startScript(script, program);
    await project.appears('started');
    const [stage, runner] = [await pidIn(project, 'stage'), await pidIn(project, 'runner')];
    process.kill(runner, 'SIGHUP');
    await new Promise((resume) => setTimeout(resume, 500));
    expect(await isAlive(stage)).toBe(true);
    await project.write('go', '');
    expect((await started.ended).code).toBe(0);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  });

  test('the end of the terminal, which ends npx, does not end the run that npx started', async () => {
    const project = await Project.create(files);
    await project.startScript('nohup npx --no pipeline run & echo $! > npx; wait', 'bash');
    await project.appears('started');
    const [npx, runner] = [await pidIn(project, 'npx'), await pidIn(project, 'runner')];
    process.kill(npx, 'SIGHUP');
    await gone(npx);
    await new Promise((resume) => setTimeout(resume, 1500)); // three checks for npx
    expect(await isAlive(runner)).toBe(true);
    await project.write('go', '');
    await gone(runner);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  });
});

describe.skipIf(!hasProc)(
  'where nohup stands in the text, and not before the command, the run ends with the terminal',
  () => {
    test.each([
      ['a variable as an argument, in sh', 'sh', 'LOGS=; nohup sleep 0.1 "$LOGS" & node "$COMMAND" run'],
      ['another command, in bash', 'bash', 'nohup node --version & node "$COMMAND" run; exit $?'],
      ['another command and npx, in bash', 'bash', 'nohup node --version & npx --no pipeline run; exit $?'],
    ])('%s', async (_, program, script) => {
      const project = await Project.create(files);
      await project.startScript(script, program);
      await project.appears('started');
      const [stage, runner] = [await pidIn(project, 'stage'), await pidIn(project, 'runner')];
      process.kill(runner, 'SIGHUP');
      await gone(runner);
      expect(await isAlive(stage)).toBe(false);
    });
  },
);

describe.skipIf(!hasProc)('a script that a shell reads from a pipe is left to the shell', () => {
  // The padding is longer than what a shell reads at once.
  const script = `node "$COMMAND" --version\n${': a line that is read later\n'.repeat(1000)}echo rest > rest\n`;

  test.each([
    ['bash', 'nice bash <(cat script)'],
    ['bash', 'cat script | nice bash /dev/stdin'],
    ['bash', 'cat script | sh /dev/stdin'],
  ])('%s: %s', async (program, started) => {
    const project = await Project.create({ ...files, script });
    expect((await (await project.startScript(started, program)).ended).code).toBe(0);
    expect(await project.read('rest')).toBe('rest\n');
  });
});

describe.skipIf(!hasProc)('the end of what started the command and waits for it', () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'npx ended by %s: the run stops as after SIGTERM',
    async (signal) => {
      const project = await Project.create(files);
      const started = await project.startScript('npx --no pipeline run & echo $! > npx; wait', 'bash');
      await project.appears('started');
      const [stage, runner] = [await pidIn(project, 'stage'), await pidIn(project, 'runner')];
      process.kill(await pidIn(project, 'npx'), signal);
      await gone(runner);
      expect(await isAlive(stage)).toBe(false);
      const { err, out } = await started.ended;
      expect(err).toMatch(/Stopping, because ".*" \(process \d+\), which started this run, has ended/);
      expect(out).toMatch(/^train +interrupted/m);
    },
  );

  test('a script of package.json that puts the run in the background and ends does not end it', async () => {
    const scripts = { start: 'pipeline run > log 2>&1 & until [ -e started ]; do sleep 0.05; done' };
    const project = await Project.create({ ...files, 'package.json': { name: 'project', private: true, scripts } });
    expect((await (await project.startScript('npm start')).ended).code).toBe(0);
    const runner = await pidIn(project, 'runner');
    await new Promise((resume) => setTimeout(resume, 1500));
    expect(await isAlive(runner)).toBe(true);
    await project.write('go', '');
    await gone(runner);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  });
});
