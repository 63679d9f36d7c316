import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { gone, pipelineOf, Project, shell } from './rig.test-support.ts';
import { serve, type Part } from './serve.test-support.ts';

const status = (parts: ReadonlyMap<string, Part>, id: string, study = 0): unknown =>
  parts.get(`instance/${study}/${id}`)?.status;

const runs = (parts: ReadonlyMap<string, Part>): Part[] =>
  [...parts].flatMap(([key, part]) => (key.startsWith('run/') ? [part] : []));

/** Reports, and then waits for a file. */
const waiting = (name: string): string =>
  `import { existsSync, writeFileSync } from 'node:fs';
   import { setTimeout as sleep } from 'node:timers/promises';
   export default async (stage) => {
     console.log('said by ' + stage.id);
     stage.progress({ done: 30, total: 120, unit: 'images', note: 'epoch 1/4' });
     for (const epoch of [1, 2, 3]) stage.metric('train/loss', 1 / epoch, epoch);
     while (!existsSync(${JSON.stringify(name)}.replace('SEED', stage.axes.seed ?? ''))) await sleep(20);
     stage.metric('train/loss', 0.25, 4);
     writeFileSync(stage.output('out'), stage.id);
   };`;

const trainAfter = async (): Promise<Project> => {
  const project = await Project.create({});
  await project.write('train.ts', waiting(project.path('go-SEED')));
  await project.write(
    'pipeline.json',
    pipelineOf({
      data: shell('echo data > $PIPELINE_OUTPUT_OUT'),
      train: {
        module: './train.ts',
        matrix: { seed: [0, 1] },
        inputs: { data: '@data/out' },
        outputs: { out: 'out.txt' },
      },
      report: {
        command: String.raw`echo '<!doctype html><title>r</title>' > $PIPELINE_OUTPUT_HTML; printf '\211PNG\r\n\032\nrest' > $PIPELINE_OUTPUT_PICTURE`,
        inputs: { trained: '@train:*/out' },
        outputs: { html: 'index.html', picture: 'picture.png' },
      },
    }),
  );
  return project;
};

describe('who may read the page', () => {
  test('whoever has the token, at a name of this machine, at any port; nobody else learns anything', async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({ a: shell('echo a > $PIPELINE_OUTPUT_OUT') }),
    });
    const page = await serve(project);
    expect(page.token).toMatch(/^[\w-]{32}$/);
    const root = await page.get('');
    expect(root).toMatchObject({ status: 200, headers: { 'referrer-policy': 'no-referrer' } });
    expect(root.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(root.headers).not.toHaveProperty('access-control-allow-origin');
    // As `ssh -L` makes it: the port of the other machine, and its names for the loopback address.
    for (const host of [`127.0.0.1:9`, 'localhost:8080', '[::1]:8888', 'LOCALHOST', `127.0.0.1:${page.port}`]) {
      expect(await page.get('', { headers: { host, origin: `http://${host}` } }), host).toMatchObject({ status: 200 });
    }
    const refused = [
      await page.get('/', { raw: true }),
      await page.get('/favicon.ico', { raw: true }),
      await page.get(`/${page.token.slice(1)}x/`, { raw: true }),
      await page.get(`/${page.token}x/`, { raw: true }),
      await page.get(`/?token=${page.token}`, { raw: true }),
      await page.get(`http://127.0.0.1/${page.token}/`, { raw: true }),
      await page.get('', { headers: { host: 'evil.example' } }),
      await page.get('', { headers: { host: '127.0.0.1.evil.example' } }),
      await page.get('events', { headers: { host: `evil.example:${page.port}` } }),
      await page.get('events', { headers: { origin: 'http://evil.example' } }),
      await page.get('events', { headers: { origin: 'null' } }),
      await page.get('events', { headers: { origin: `http://127.0.0.1:${page.port + 1}` } }),
      await page.get('page.js', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } }),
    ];
    for (const reply of refused) expect(reply).toMatchObject({ status: 403, body: '' });
    expect(await page.get('', { method: 'POST' })).toMatchObject({ status: 405, body: '' });
    expect(await page.get('', { method: 'OPTIONS', headers: { origin: 'http://evil.example' } })).toMatchObject({
      status: 403,
    });
    expect(await page.get('', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    const again = await serve(project);
    expect(again.token).not.toBe(page.token);
  });

  test('it listens at the loopback address alone; a port that is taken is told', async () => {
    const project = await Project.create({ 'pipeline.json': pipelineOf({ a: shell('true') }) });
    const page = await serve(project);
    const { stdout } = await project.shell('cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true');
    const port = page.port.toString(16).toUpperCase().padStart(4, '0');
    const listening = stdout.split('\n').filter((line) => line.includes(`:${port} `) && line.includes(' 0A '));
    expect(listening.map((line) => line.trim().split(/\s+/)[1])).toEqual([`0100007F:${port}`]);
    const second = await project.pipeline(['serve', '--port', String(page.port)]);
    expect(second.code).toBe(2);
    expect(second.err).toMatch(/cannot be served at port \d+: .*EADDRINUSE/);
    const wrong = await project.pipeline(['serve', '--port', '70000']);
    expect(wrong).toMatchObject({ code: 2 });
  });
});

describe('a run on the page', () => {
  test('plan, progress, curves, log, results: told as they come', async () => {
    const project = await trainAfter();
    const page = await serve(project);
    const events = await page.events();
    await events.until('the plan', (parts) => status(parts, 'report') === 'waiting');
    expect(events.parts.get('study/0')).toMatchObject({ stages: ['data', 'train', 'report'], isHome: true });
    const run = project.start(['run', '--jobs', '2', '--slots', 'cpu=2']);
    await events.until('both trainings', (parts) =>
      [0, 1].every((s) => status(parts, `train:seed=${s}`) === 'running'),
    );
    await events.until('their curves', (parts) => parts.has('series/0/train:seed=0/train/loss'));
    expect(events.parts.get('series/0/train:seed=0/train/loss')).toMatchObject({
      instance: 'train:seed=0',
      metric: 'train/loss',
      points: [
        [1, 1],
        [2, 0.5],
        [3, 1 / 3],
      ],
    });
    await events.until('progress', (parts) => parts.get('instance/0/train:seed=1')?.progress !== undefined);
    expect(events.parts.get('instance/0/train:seed=1')).toMatchObject({
      progress: { done: 30, total: 120, unit: 'images', note: 'epoch 1/4' },
      attempt: 1,
    });
    expect(runs(events.parts)).toMatchObject([{ state: 'running', targets: [] }]);
    const log = JSON.parse((await page.get('log?instance=instance/0/train:seed=0')).body) as Record<string, unknown>;
    expect(log.text).toBe('said by train:seed=0\n');
    const more = await page.get(`log?instance=instance/0/train:seed=0&file=${String(log.file)}&to=${String(log.to)}`);
    expect(JSON.parse(more.body)).toMatchObject({ from: log.to, text: '' });
    expect(await page.get('log?instance=instance/0/../data')).toMatchObject({ status: 404, body: '' });

    await project.write('go-0', '');
    await project.write('go-1', '');
    await run.ended;
    await events.until('the report', (parts) => status(parts, 'report') === 'done' && parts.has('picture/0/report/1'));
    await events.until('the whole curve', (parts) => {
      const points = parts.get('series/0/train:seed=0/train/loss')?.points as unknown[] | undefined;
      return JSON.stringify(points?.at(-1)) === '[4,0.25]';
    });
    expect(runs(events.parts)).toMatchObject([{ state: 'done' }]);
  });

  test('outputs are served by digest, if the page was told of them, and nothing in them runs', async () => {
    const project = await trainAfter();
    for (const seed of [0, 1]) await project.write(`go-${seed}`, '');
    await project.pipeline(['run']);
    const page = await serve(project); // started after the run
    const events = await page.events();
    await events.until('the outputs', (parts) => parts.has('page/0/report/0') && parts.has('picture/0/report/1'));
    const html = await page.get(`output/${String(events.parts.get('page/0/report/0')?.digest)}`);
    expect(html).toMatchObject({ status: 200, body: '<!doctype html><title>r</title>\n' });
    expect(html.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'; /);
    const png = await page.get(`output/${String(events.parts.get('picture/0/report/1')?.digest)}`);
    expect(png.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
    // In the store, and not shown: a text.
    const digest = createHash('sha256').update('data\n').digest('hex');
    expect(project.exists(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`)).toBe(true);
    for (const path of [digest, '../../../../etc/passwd', '%2e%2e%2fpipeline.json', 'x'])
      expect(await page.get(`output/${path}`)).toMatchObject({ status: 404, body: '' });
  });

  test('a reader that comes back is told what it missed; one with an unknown event, everything', async () => {
    const project = await trainAfter();
    const page = await serve(project);
    const first = await page.events();
    await first.until('the plan', (parts) => parts.has('instance/0/report'));
    const { lastId } = first;
    first.close();
    const run = project.start(['run']);
    const second = await page.events(lastId);
    await second.until('the run', (parts) => status(parts, 'train:seed=0') === 'running');
    expect(new Set(second.kinds)).toEqual(new Set(['change']));
    expect(second.parts.has('head')).toBe(false);
    for (const unknown of ['0123456789ab-7', 'nonsense', `${lastId}9999999`, '']) {
      const whole = await page.events(unknown);
      expect(whole.kinds[0]).toBe('state');
      expect(whole.parts.has('head')).toBe(true);
      whole.close();
    }
    run.signal('SIGKILL');
  });

  test('the death of a runner is told, and its instances with it', async () => {
    const project = await trainAfter();
    const page = await serve(project);
    const events = await page.events();
    const run = project.start(['run']);
    await events.until('a curve', (parts) => parts.has('series/0/train:seed=0/train/loss'));
    run.signal('SIGKILL');
    await gone(run.pid);
    await events.until('the death', (parts) => runs(parts)[0]?.state === 'died');
    expect(status(events.parts, 'train:seed=0')).toBe('killed');
    expect(status(events.parts, 'data')).toBe('done');
    // One that was started afterwards says the same.
    const later = await (await serve(project)).events();
    await later.until('the death', (parts) => status(parts, 'train:seed=0') === 'killed');
    expect(later.parts.has('series/0/train:seed=0/train/loss')).toBe(true);
    for (const seed of [0, 1]) await project.write(`go-${seed}`, '');
    await project.pipeline(['run']);
    await events.until('the next run', (parts) => status(parts, 'train:seed=0') === 'done');
  });

  test('two runners on one store, also of two pipelines, are on one page', async () => {
    const project = await trainAfter();
    await project.write('other.json', {
      name: 'other',
      stages: { probe: { module: './train.ts', inputs: {}, outputs: { out: 'probe.txt' } } },
    });
    const page = await serve(project);
    const events = await page.events();
    const started = [
      project.start(['run', 'train:seed=0']),
      project.start(['run', 'train:seed=1']),
      project.start(['run', '--pipeline', 'other.json']),
    ];
    await events.until('all three', (parts) => {
      const trainings = [0, 1].every((seed) => status(parts, `train:seed=${seed}`) === 'running');
      return trainings && status(parts, 'probe', 1) === 'running';
    });
    expect(runs(events.parts).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    expect(events.parts.get('study/1')).toMatchObject({ name: 'other', file: 'other.json', isHome: false });
    for (const seed of ['0', '1', '']) await project.write(`go-${seed}`, '');
    await Promise.all(started.map(({ ended }) => ended));
    await events.until('their ends', (parts) => runs(parts).every(({ state }) => state === 'done'));
    expect(status(events.parts, 'probe', 1)).toBe('done');
  });
});

describe('it only reads', () => {
  test('nothing of the store changes but the caches; where it cannot be written, nothing at all', async () => {
    const project = await trainAfter();
    for (const seed of [0, 1]) await project.write(`go-${seed}`, '');
    await project.pipeline(['run']);
    const files = async (): Promise<string> =>
      (await project.shell('find . -path ./cache/state -prune -o -printf "%p %s %T@ %m\\n" | sort')).stdout;
    const before = await files();
    const look = async (): Promise<void> => {
      const page = await serve(project);
      const events = await page.events();
      await events.until('the report', (parts) => parts.has('page/0/report/0'));
      await page.get('log?instance=instance/0/data');
      await page.stop();
    };
    await look();
    expect(await files()).toBe(before);
    await project.shell('rm -rf cache/state; chmod -R a-w cache');
    const locked = await files();
    await look();
    if (process.getuid?.() !== 0) expect(project.exists('cache/state')).toBe(false);
    expect((await files()).replaceAll(/^\.\/cache .*$/gm, '')).toBe(locked.replaceAll(/^\.\/cache .*$/gm, ''));
    await project.shell('chmod -R u+w cache');
  });

  test('a fault in the pipeline file is told on the page, and its mending too', async () => {
    const good = pipelineOf({ a: shell('echo a > $PIPELINE_OUTPUT_OUT') });
    const project = await Project.create({ 'pipeline.json': good });
    const page = await serve(project);
    const events = await page.events();
    await events.until('the plan', (parts) => status(parts, 'a') === 'waiting');
    await project.write('pipeline.json', pipelineOf({ a: { comand: 'true' } }));
    await events.until('the fault', (parts) => String(parts.get('study/0')?.problem).includes('comand'));
    expect(status(events.parts, 'a')).toBe('waiting');
    await project.write('pipeline.json', pipelineOf({ a: shell('true'), b: shell('true') }));
    await events.until('the mending', (parts) => status(parts, 'b') === 'waiting');
    expect(events.parts.get('study/0')?.problem).toBeUndefined();
  });
});
