import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeParts } from './engine-parts.test-support.ts';
import { compilePreload, preloaded, readTrace } from './faults/preload.ts';
import { gone, Project } from './rig.test-support.ts';

const ADD = ['engine', 'add', 'tensorflow', '--from', 'parts'];
const ENGINE = 'tensorflow-2.21.0';

/** A project with small parts, and a compiler that waits at the point named by FAKE_COMPILER. */
async function prepare() {
  const project = await Project.create({
    'home/pretext/engines/.keep': '', // there each time, so that equal installations make equal calls
    'bin/g++':
      '#!/bin/sh\nif [ "$1" != --version ] && [ -n "$FAKE_COMPILER" ]; then echo $$ > "$FAKE_COMPILER.new"; mv ' +
      '"$FAKE_COMPILER.new" "$FAKE_COMPILER"; exec sleep 600; fi\nPATH="${PATH#*:}" exec g++ "$@"\n',
  });
  await chmod(project.path('bin/g++'), 0o755);
  await project.remove('home/pretext/engines/.keep');
  const env = {
    ...(await writeParts(project)),
    XDG_CACHE_HOME: project.path('home'),
    PATH: `${project.path('bin')}:${process.env.PATH!}`,
  };
  const engines = (): string[] => readdirSync(project.path('home/pretext/engines'));
  return {
    project,
    env,
    engines,
    run: (words: string[], more: Record<string, string> = {}) => project.pipeline(words, { env: { ...env, ...more } }),
  };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** No engine counts as installed, leftovers are listed, and the next installation leaves an engine and nothing else. */
async function expectMendable({ engines, run }: Prepared): Promise<void> {
  expect(engines()).toEqual([expect.stringMatching(/^\.adding-/)]);
  expect((await run(['engine', 'list'])).out).toMatch(
    /no +tensorflow +not added: it was interrupted; type: pipeline engine add tensorflow/,
  );
  expect((await run(['doctor'])).out).toMatch(
    /tensorflow +not added: it was interrupted, and \S+\.adding-\S+ is left[^]*clears it away: pipeline engine add tensorflow/,
  );
  await expectAddable({ engines, run });
}

async function expectAddable({ engines, run }: Pick<Prepared, 'engines' | 'run'>): Promise<void> {
  const { code, err } = await run(ADD);
  expect([code, err]).toEqual([0, expect.stringContaining('trying it')]);
  expect(engines()).toEqual([ENGINE]);
  expect((await run(['engine', 'list'])).out).toMatch(/yes +tensorflow +from pipeline engine add tensorflow/);
}

/** Calls of an undisturbed installation, by which moments are found. */
async function moments({ project, run }: Prepared) {
  const library = compilePreload(path.join(import.meta.dirname, 'faults', 'fault.c'), project.root);
  if (!library.ok) throw new Error(library.error);
  const home = project.path('home');
  await run(ADD, preloaded(library.value, home, project.path('trace')));
  const calls = readTrace(project.path('trace'));
  await run(['engine', 'remove', 'tensorflow']);
  return {
    at: (what: string, name: RegExp): number =>
      calls.find((call) => call.what === what && name.test(call.path))!.number,
    during: (at: number, action: string) =>
      run(ADD, preloaded(library.value, home, project.path('trace-during'), { at, action })),
  };
}

/** Starts an installation that stops at the point named by the variable, and returns the waiting process. */
async function startUntil({ project, env }: Prepared, variable: 'FAKE_COMPILER' | 'FAKE_WAIT') {
  const running = project.start(ADD, { env: { ...env, [variable]: project.path('waits') } });
  await project.appears('waits');
  const waiting = Number(await project.read('waits')); // the file is renamed into place, so it is whole
  onTestFinished(() => {
    try {
      process.kill(waiting, 'SIGKILL');
    } catch {
      /* it has ended, as it should */
    }
  });
  return { running, waiting };
}

const PHASES = [
  ['compiling the addon', 'FAKE_COMPILER'],
  ['trying it', 'FAKE_WAIT'],
] as const;

const hasCompilers = ['cc', 'g++'].every((name) => spawnSync(name, ['--version']).status === 0);

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64' || !hasCompilers)(
  'engine add tensorflow',
  () => {
    test.each(PHASES)(
      'killed while %s, is not there, and the next time clears it away and succeeds',
      async (_, variable) => {
        const prepared = await prepare();
        const { running, waiting } = await startUntil(prepared, variable);
        running.signal('SIGKILL');
        await running.ended;
        process.kill(waiting, 'SIGKILL');
        await expectMendable(prepared);
      },
    );

    test.each(PHASES)(
      'interrupted while %s, ends what it started, leaves nothing, and can be started again',
      async (_, variable) => {
        const prepared = await prepare();
        const { running, waiting } = await startUntil(prepared, variable);
        running.signal('SIGINT');
        const { code, err } = await running.ended;
        expect([code, err]).toEqual([130, expect.stringContaining('Nothing is left of it')]);
        await gone(waiting);
        expect(prepared.engines()).toEqual([]);
        expect((await prepared.run(['doctor'])).out).toMatch(/tensorflow +not added; it is optional/);
        await expectAddable(prepared);
      },
    );

    test(
      'killed while unpacking or while it takes its name, interrupted while unpacking, or out of disk, there is a ' +
        'whole engine or none',
      async () => {
        const prepared = await prepare();
        const { engines, run } = prepared;
        const { at, during } = await moments(prepared);
        const unpacking = at('write', /libtensorflow_cc\.so\.2$/);

        await during(unpacking, 'kill');
        await expectMendable(prepared);
        await run(['engine', 'remove', 'tensorflow']);

        await during(at('rename', /\.adding-/), 'kill');
        await expectMendable(prepared);
        await run(['engine', 'remove', 'tensorflow']);

        const interrupted = await during(unpacking, 'signal 2');
        expect([interrupted.code, interrupted.err]).toEqual([
          130,
          expect.stringMatching(/Nothing is left of it(?![^]*compiling)/),
        ]);
        expect(engines()).toEqual([]);

        for (const call of [at('mkdir', /\.adding-/), unpacking, at('write', /files\.json$/)]) {
          const full = await during(call, 'from 28');
          expect([full.code, full.err]).toEqual([
            2,
            expect.stringMatching(/The disk of \S+ is full[^]*Nothing is left of the installation\. Make room/),
          ]);
          expect(engines()).toEqual([]);
        }
        await expectAddable(prepared);
      },
    );

    test('a removal that was killed leaves no engine, and the next one clears it away', async () => {
      const prepared = await prepare();
      const { project, engines, run } = prepared;
      await run(ADD);
      const library = compilePreload(path.join(import.meta.dirname, 'faults', 'fault.c'), project.root);
      if (!library.ok) throw new Error(library.error);
      // The first call gives the folder another name, the second removes a file.
      await run(
        ['engine', 'remove', 'tensorflow'],
        preloaded(library.value, project.path('home'), project.path('trace'), { at: 2, action: 'kill' }),
      );
      expect(engines()).toEqual([expect.stringMatching(/^\.removing-/)]);
      expect((await run(['engine', 'list'])).out).toMatch(/no +tensorflow/);
      await run(['engine', 'remove', 'tensorflow']);
      expect(engines()).toEqual([]);
    });

    test('a file that is damaged is named by check, and by doctor where its length tells; a crash is told as such', async () => {
      const { project, run } = await prepare();
      await run(ADD);
      const crashed = await run(['engine', 'check', 'tensorflow'], { FAKE_CRASH: '1' });
      expect([crashed.code, crashed.out]).toEqual([
        3,
        expect.stringMatching(
          /fail +tensorflow +its process was ended by SIGSEGV without a word\n +Add it anew: pipeline engine remove tensorflow/,
        ),
      ]);

      const library = `home/pretext/engines/${ENGINE}/tensorflow/libtensorflow_cc.so.2`;
      await project.shell(`printf XXXX | dd of=${library} bs=1 seek=4096 conv=notrunc`);
      expect((await run(['engine', 'check', 'tensorflow'])).out).toMatch(
        /fail +tensorflow +damaged: \S+libtensorflow_cc\.so\.2 has changed since it was added\n +Add it anew/,
      );

      truncateSync(project.path(library), 4096);
      for (const words of [['engine', 'check'], ['doctor']]) {
        const { code, out } = await run(words);
        expect([code, out]).toEqual([
          3,
          expect.stringMatching(
            /tensorflow +damaged: \S+libtensorflow_cc\.so\.2 has 4096 bytes, and \d+ when it was added/,
          ),
        ]);
      }
      expect(existsSync(project.path(library))).toBe(true);
    });
  },
);
