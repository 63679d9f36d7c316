/** Processes that leave the session of their stage, as the workers of torchrun and daemons do. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { gone, isAlive, pipelineOf, Project, shell } from './rig.test-support.ts';

/** Counts in the checkpoint forever, in a session of its own, and ignores SIGTERM. */
const worker = `trap '' TERM
echo $$ > worker
step=0
while :; do step=$((step + 1)); echo $step > "$PIPELINE_CHECKPOINT/step"; touch started; sleep 0.02; done
`;

const training = {
  'pipeline.json': pipelineOf({ train: shell('setsid sh worker.sh & wait; echo x > ${outputs.out}') }),
  'worker.sh': worker,
};

const steps = async (project: Project): Promise<string> => (await project.shell('cat cache/checkpoints/*/step')).stdout;

function guardOf(runner: number): number {
  const children = readFileSync(`/proc/${runner}/task/${runner}/children`, 'utf8').trim().split(' ').map(Number);
  return children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('\0guard\0'))!;
}

describe.skipIf(process.platform !== 'linux')('a process in a session of its own', () => {
  test('ends with a runner that is killed, and writes no more into the checkpoint', async () => {
    const project = await Project.create(training);
    const run = project.start(['run']);
    await project.appears('started');
    run.signal('SIGKILL');
    await gone(Number(await project.read('worker')));
    const before = await steps(project);
    await new Promise((resume) => setTimeout(resume, 200));
    expect(await steps(project)).toBe(before);
  });

  test('that is left after runner and guard were killed is ended and named by the next run, before anything starts', async () => {
    const project = await Project.create(training);
    const run = project.start(['run']);
    await project.appears('started');
    const left = Number(await project.read('worker'));
    const guard = guardOf(run.pid);
    process.kill(guard, 'SIGSTOP');
    run.signal('SIGKILL');
    process.kill(guard, 'SIGKILL');
    await run.ended;
    expect(await isAlive(left)).toBe(true);

    await project.write('worker.sh', 'echo resumed > resumed\n');
    const { code, err } = await project.pipeline(['run']);
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`Process ${left}, left behind by an earlier run, was killed: sh worker\\.sh`));
    expect(await isAlive(left)).toBe(false);
  });

  test('that runs a pipeline itself is not ended by it, though the runner that started it is dead', async () => {
    const project = await Project.create({ 'pipeline.json': pipelineOf({ inner: shell('echo x > ${outputs.out}') }) });
    const store = createHash('sha256')
      .update(path.join(realpathSync(project.root), 'cache'))
      .digest('hex')
      .slice(0, 12);
    const namespace = readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
    const dead = `${store}.${namespace}.4194304.1.1.1`;
    const left = (await project.startScript('sleep 60', 'sh', { env: { PIPELINE_EXECUTION: dead } })).pid;
    const { code, err } = await project.pipeline(['run'], { env: { PIPELINE_EXECUTION: dead } });
    expect(err).toContain(`Process ${left}, left behind by an earlier run, was killed`);
    expect(code).toBe(0);
  });

  test('ends when the stage is stopped, after the grace period, and at the timeout', async () => {
    const project = await Project.create({
      ...training,
      '.pipelinerc.json': { grace: '1s' },
    });
    const run = project.start(['run']);
    await project.appears('started');
    run.signal('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(await isAlive(Number(await project.read('worker')))).toBe(false);

    await project.write(
      'pipeline.json',
      pipelineOf({ train: shell('setsid sh worker.sh & wait', {}, { timeout: '1s' }) }),
    );
    expect((await project.run()).of('failed')[0]).toMatchObject({ failure: { kind: 'timeout' } });
    expect(await isAlive(Number(await project.read('worker')))).toBe(false);
  });

  test('ends with its stage, before the output is taken: what it would have written later is not in the result', async () => {
    const late = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2; echo late; done';
    const project = await Project.create({
      'pipeline.json': pipelineOf({ write: shell(`exec > \${outputs.out}; echo early; setsid sh -c '${late}' &`) }),
    });
    expect((await project.run()).executed).toEqual(['write']);
    expect((await project.pipeline(['verify'])).code).toBe(0);
    await new Promise((resume) => setTimeout(resume, 500));
    expect((await project.pipeline(['verify'])).code).toBe(0);
    expect((await project.shell('cat cache/objects/*/*')).stdout).toBe('early\n');
  });

  test('is spared if it drops the variable by which it would be found', async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({
        serve: shell(
          'setsid env -u PIPELINE_EXECUTION sh -c "echo \\$\\$ > daemon; exec sleep 60" & sleep 0.3; echo x > ' +
            '${outputs.out}',
        ),
      }),
    });
    expect((await project.run()).executed).toEqual(['serve']);
    const daemon = Number(await project.read('daemon'));
    expect(await isAlive(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
  });
});
