/** Tests that every place of attempts must pass. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../stage/protocol.ts';
import type { AttemptExecutor } from './attempt-executor.ts';
import { AttemptPlace, outputOf } from './attempt-place.test-support.ts';

export function attemptExecutorContract(name: string, make: (storeFolder: string) => AttemptExecutor): void {
  const place = () => new AttemptPlace(make);

  describe(`${name} as a place of attempts`, () => {
    test('gives the outputs of a command that ended well', async () => {
      const result = await place().run('echo x > ${outputs.out}');
      expect(result).toMatchObject({ kind: 'ended', end: { kind: 'exit', code: 0 } });
      expect(readFileSync(outputOf(result), 'utf8')).toBe('x\n');
    });

    test('tells the exit code of one that failed', async () => {
      expect(await place().run('exit 3')).toMatchObject({ kind: 'ended', end: { kind: 'exit', code: 3 } });
    });

    test('tells why a stage could not be started', async () => {
      const result = await place().run({ kind: 'command', template: 'true', shell: 'no-such-shell' });
      expect(result).toMatchObject({ kind: 'failed', failure: { kind: 'system' } });
      expect(JSON.stringify(result)).toContain('there is no shell no-such-shell');
    });

    test('tells the signal that ended one', async () => {
      expect(await place().run('kill -USR1 $$; sleep 10')).toMatchObject({
        kind: 'ended',
        end: { kind: 'signal', signal: 'SIGUSR1' },
      });
    });

    test('runs in the folder of the project, with declared variables and no other', async () => {
      process.env.DECLARED = 'a b';
      process.env.UNDECLARED = 'secret';
      const result = await place().run(
        '(pwd; echo "$DECLARED $(printenv UNDECLARED || echo nothing)") > ${outputs.out}',
        {
          env: ['DECLARED'],
        },
      );
      const [folder, variables] = readFileSync(outputOf(result), 'utf8').split('\n');
      expect(path.basename(folder ?? '')).toMatch(/^attempts-/);
      expect(variables).toBe('a b nothing');
    });

    test('appends output and errors to the log, also in a second attempt', async () => {
      const here = place();
      await here.run('echo 1; echo 2 >&2');
      await here.run('echo 3');
      expect(readFileSync(here.log, 'utf8')).toBe('1\n2\n3\n');
    });

    test('passes on every message of a module, in order, before the end', async () => {
      const here = place();
      const heard: Message[] = [];
      const module = here.module(
        "export default (stage) => { for (let i = 0; i < 200; i++) stage.metric('i', i, i); stage.warn('w'); }",
      );
      await here.run({ kind: 'module', module }, { outputs: {} }, (message) => heard.push(message));
      const metrics = heard.flatMap((message) => (message.type === 'metric' ? [message.value] : []));
      expect(metrics).toEqual(Array.from({ length: 200 }, (_, i) => i));
      const own = heard.filter(({ type }) => type !== 'progress'); // of the place, about its queue
      expect(own.map(({ type }) => type).slice(200)).toEqual(['warning', 'usage', 'done']);
    });

    test('grants the resources that were taken', async () => {
      const result = await place().run('echo $PIPELINE_CPUS $PIPELINE_MEMORY > ${outputs.out}');
      expect(readFileSync(outputOf(result), 'utf8')).toBe('2 100000000\n');
    });

    test('ends an attempt at its timeout', async () => {
      const result = await place().run('sleep 100', { timeoutMs: 500 });
      expect(result).toEqual({ kind: 'failed', failure: { kind: 'timeout', afterMs: 500 } });
    });

    // Slurm signals all processes at once: without `|| :`, a killed sleep would end the shell (set -e) before its trap.
    test('stop lets a stage save its checkpoint, and the next attempt begins with it', async () => {
      const here = place();
      const running = here.start(
        'trap "echo saved > $PIPELINE_CHECKPOINT/state; exit 0" TERM; echo > ready; while :; do sleep 0.05 || :; done',
      );
      await here.appears('ready');
      running.stop();
      expect(await running.ended).toEqual({ kind: 'stopped' });
      const result = await here.run('cp $PIPELINE_CHECKPOINT/state ${outputs.out}');
      expect(readFileSync(outputOf(result), 'utf8')).toBe('saved\n');
    });

    test('outputs that were written after a stop never count', async () => {
      const here = place();
      const running = here.start(
        'trap "echo half > $PIPELINE_OUTPUT_OUT; exit 0" TERM; echo > ready; while :; do sleep 0.05 || :; done',
      );
      await here.appears('ready');
      running.stop();
      expect(await running.ended).toEqual({ kind: 'stopped' });
    });

    test('close ends every attempt, and nothing is left of any', async () => {
      const here = place();
      const all = ['a', 'b'].map((file) => here.start(`echo $$ > ${file}; while :; do sleep 0.05; done`));
      await Promise.all([here.appears('a'), here.appears('b')]);
      const pids = ['a', 'b'].map((file) => Number(readFileSync(path.join(here.root, file), 'utf8')));
      await here.executor.close();
      for (const { ended } of all) expect(['stopped', 'ended']).toContain((await ended).kind);
      expect(pids.map(isRunning)).toEqual([false, false]);
    });
  });
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '');
  } catch {
    return false;
  }
}
