import { existsSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { XLA_PARTS } from '../src/tensor/xla/installation/parts.ts';
import { Project } from './rig.test-support.ts';

/** A project with a cache of its own, independent of the engines on this machine. */
async function withCache(files: Record<string, string> = {}) {
  const project = await Project.create({ 'home/.keep': '', ...files });
  return { project, env: { XDG_CACHE_HOME: project.path('home') } };
}

/** The parts of an installation for the processor. */
const PARTS = [
  'node-api-headers-1.5.0.tgz',
  'tensorflow-tfjs-node-4.22.0.tgz',
  'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
];

/** Folders of added engines. */
const TENSORFLOW = 'tensorflow-2.21.0';
const XLA = `xla-${XLA_PARTS.cpu.version}-cpu`;

describe('pipeline engine', () => {
  test('lists the engines, says how to get the one that is missing, and proves the one that is there', async () => {
    const { project, env } = await withCache();
    const list = await project.pipeline(['engine', 'list'], { env });
    expect(list.out).toMatch(/no +tensorflow +not added; type: pipeline engine add tensorflow/);
    expect(list.out).toMatch(/no +xla +not added; for NVIDIA GPUs, type: pipeline engine add xla/);
    expect(list.out).toMatch(/yes +onnxruntime/);
    const check = await project.pipeline(['engine', 'check', '--json'], { env });
    expect(JSON.parse(check.out)).toMatchObject([{ engine: 'onnxruntime', agrees: true, steps: 3 }]);
    expect(check.code).toBe(0);
    const missing = await project.pipeline(['engine', 'check', 'tensorflow'], { env });
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('pipeline engine add tensorflow')]);
  });

  test('a killed installation of one engine is not told of another', async () => {
    const { project, env } = await withCache({ 'home/pretext/engines/.adding-xla-4194304-1/.keep': '' });
    const list = await project.pipeline(['engine', 'list'], { env });
    expect(list.out).toMatch(/no +xla +not added: it was interrupted; for NVIDIA GPUs, type: pipeline engine add xla/);
    expect(list.out).toMatch(/no +tensorflow +not added; type/);
    const doctor = await project.pipeline(['doctor'], { env });
    expect(doctor.out).toMatch(/xla +not added: it was interrupted, and \S+\.adding-xla-4194304-1 is left/);
    expect(doctor.out).toMatch(/tensorflow +not added; it is optional/);
    expect((await project.pipeline(['engine', 'remove', 'xla'], { env })).code).toBe(0);
    expect(await readdir(project.path('home/pretext/engines'))).toEqual([]);
  });

  test('an engine that is there already is told before a program is asked for', async () => {
    const { project, env } = await withCache({ 'bin/python3': '#!/bin/sh\nexit 1\n' });
    await chmod(project.path('bin/python3'), 0o755);
    const without = { ...env, PATH: `${project.path('bin')}:${process.env.PATH ?? ''}` };
    const added = [
      { words: ['tensorflow'], folder: TENSORFLOW },
      { words: ['xla', '--cpu'], folder: XLA },
    ];
    for (const { words, folder } of added) {
      const lacking = await project.pipeline(['engine', 'add', ...words], { env: without });
      expect([lacking.code, lacking.err]).toEqual([2, expect.not.stringContaining('is there already')]);
      await project.write(`home/pretext/engines/${folder}/.keep`, '');
      const there = await project.pipeline(['engine', 'add', ...words], { env: without });
      expect([there.code, there.err]).toEqual([2, expect.stringContaining('is there already')]);
    }
  });

  test('refuses a file that is not the one that was tried, and a folder that lacks one, and leaves nothing', async () => {
    const { project, env } = await withCache(
      Object.fromEntries(PARTS.map((part) => [`parts/${part}`, 'something else'])),
    );
    const wrong = await project.pipeline(['engine', 'add', 'tensorflow', '--from', 'parts'], { env });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/node-api-headers-1\.5\.0\.tgz is not the file that was tried[^]*Get it again: npm pack/);
    await project.remove(`parts/${PARTS.at(-1)!}`);
    const missing = await project.pipeline(['engine', 'add', 'tensorflow', '--from', 'parts'], { env });
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining(`${PARTS.at(-1)!} is missing`)]);
    expect(await readdir(project.path('home/pretext/engines'))).toEqual([]);
  });

  test('killed in the middle of a download, is not there, and the next time clears away what is left', async () => {
    const { project, env } = await withCache({
      'bin/npm': '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho $$ > started\nexec sleep 600\n',
      'bin/python3': '#!/bin/sh\nexit 0\n',
    });
    for (const name of ['npm', 'python3']) await chmod(project.path(`bin/${name}`), 0o755);
    const running = project.start(['engine', 'add', 'tensorflow'], {
      env: { ...env, PATH: `${project.path('bin')}:${process.env.PATH!}` },
    });
    await project.appears('started');
    running.signal('SIGKILL');
    await running.ended;
    process.kill(Number(await project.read('started')), 'SIGKILL'); // npm lives on after its parent was killed

    expect(await readdir(project.path('home/pretext/engines'))).toEqual([expect.stringMatching(/^\.adding-/)]);
    expect((await project.pipeline(['engine', 'list'], { env })).out).toMatch(/no +tensorflow +not added/);
    await project.write(
      'bin/npm',
      '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "npm error code ECONNREFUSED" >&2\nexit 1\n',
    );
    const refused = await project.pipeline(['engine', 'add', 'tensorflow'], {
      env: { ...env, PATH: `${project.path('bin')}:${process.env.PATH!}` },
    });
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(
        /node-api-headers@1\.5\.0 cannot be downloaded:\n {2}npm error code ECONNREFUSED\n[^]*use --from FOLDER/,
      ),
    ]);
    expect(await readdir(project.path('home/pretext/engines'))).toEqual([]);
  });

  test('with --gpu, names every missing library of NVIDIA at once, with the command that gets them', async () => {
    const { project, env } = await withCache(
      Object.fromEntries(PARTS.map((part) => [`parts/${part}`, 'what is missing is told before these are read'])),
    );
    const { code, err, out } = await project.pipeline(['engine', 'add', 'tensorflow', '--gpu', '--from', 'parts'], {
      env,
    });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /nvidia_cublas_cu12-\S+ is missing\n[^]*nvidia_nvjitlink_cu12-\S+ is missing\n +Get them on a machine with a network[^]*python3 -m pip download .*nvidia-cublas-cu12==\S+ .*nvidia-nvjitlink-cu12==/,
      ),
    ]);
    expect(err.match(/is missing/g)).toHaveLength(12);
    expect(err.match(/pip download/g)).toHaveLength(1);
    expect(out + err).toMatch(
      existsSync('/proc/driver/nvidia/version') ? /^(?!.*NVIDIA driver)/ : /there is no NVIDIA driver here/,
    );
  });

  test('interrupted in the middle of a download, leaves nothing, and the next time starts anew', async () => {
    // An npm that never ends, and reports its start.
    const { project, env } = await withCache({
      'bin/npm': '#!/bin/sh\n[ "$1" = --version ] && exit 0\ntouch started\nexec sleep 600\n',
      'bin/python3': '#!/bin/sh\nexit 0\n',
    });
    for (const name of ['npm', 'python3']) await chmod(project.path(`bin/${name}`), 0o755);
    const running = project.start(['engine', 'add', 'tensorflow'], {
      env: { ...env, PATH: `${project.path('bin')}:${process.env.PATH!}` },
    });
    await project.appears('started');
    running.signal('SIGINT');
    const { code, err } = await running.ended;
    expect([code, err]).toEqual([130, expect.stringContaining('Nothing is left of it')]);
    expect(await readdir(project.path('home/pretext/engines'))).toEqual([]);
  });

  describe('xla', () => {
    /** Lists these cards, by driver and compute capability. */
    const smi = (cards: string): string => `#!/bin/sh\ncase "$1" in --query-gpu=driver*) printf '${cards}\\n';; esac\n`;

    async function withCards(cards?: string) {
      const { project, env } = await withCache({
        'parts/.keep': '',
        'bin/nvidia-smi': cards === undefined ? '#!/bin/sh\necho "No devices were found"; exit 6\n' : smi(cards),
      });
      await chmod(project.path('bin/nvidia-smi'), 0o755);
      const variables = { ...env, PATH: `${project.path('bin')}:${process.env.PATH!}` };
      return (...words: string[]) => project.pipeline(['engine', 'add', 'xla', ...words], { env: variables });
    }

    test('is added for the CUDA that driver and card take; every file that a folder lacks is named at once', async () => {
      for (const [cards, package_, other] of [
        ['580.65.06, 9.0', 'jax-cuda13-pjrt', 'cu12'],
        ['550.54.15, 8.0', 'jax-cuda12-pjrt', 'cu13'],
      ] as const) {
        const add = await withCards(cards);
        const { code, err } = await add('--from', 'parts');
        expect([code, err]).toEqual([2, expect.stringMatching(new RegExp(`pip download .*${package_}==.* nvidia-`))]);
        expect(err).not.toContain(other);
        expect(err.match(/is missing/g)!.length).toBeGreaterThan(5);
      }
    });

    test('takes --cuda and --cpu on a machine without a card, and names them where they are left out', async () => {
      const add = await withCards();
      expect(await add('--from', 'parts')).toMatchObject({
        code: 2,
        err: expect.stringMatching(/nvidia-smi finds no GPU here\n.*--cuda 12 or --cuda 13[^]*--cpu/) as string,
      });
      expect((await add('--cuda', '13', '--from', 'parts')).err).toContain('jax-cuda13-pjrt');
      expect((await add('--cpu', '--from', 'parts')).err).toContain('xla-cpu-pjrt');
    });

    test('refuses a driver that is too old, and options of the other engine', async () => {
      const add = await withCards('470.82.01, 8.0');
      expect((await add('--from', 'parts')).err).toContain(
        'The driver is version 470, and the engine needs 525 or newer',
      );
      expect(await add('--gpu')).toMatchObject({ code: 2, err: expect.stringContaining('--gpu') as string });
      expect(await add('--cpu', '--cuda', '12')).toMatchObject({ code: 2 });
      expect(await add('--cuda', '11')).toMatchObject({ code: 2 });
    });
  });
});
