/** The live page by `ssh -L`, through a real sshd on the loopback address. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sshMissing, startSsh, startTunnel, type TestServer } from '../src/runner/remote/servers.test-support.ts';
import { pipelineOf, Project, shell } from './rig.test-support.ts';
import { serve } from './serve.test-support.ts';

const missing = sshMissing();

describe.skipIf(missing !== undefined)(
  `a page by ssh -L${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'serve-ssh-'));
    let sshd: TestServer;
    beforeAll(async () => {
      sshd = await startSsh(folder);
    });
    afterAll(() => {
      sshd.stop();
      rmSync(folder, { recursive: true });
    });

    test('shows the run as it goes on, at the local port, to whoever has the token', async () => {
      const project = await Project.create({});
      await project.write(
        'pipeline.json',
        pipelineOf({
          wait: shell(`until [ -e ${project.path('go')} ]; do sleep 0.1; done; echo a > $PIPELINE_OUTPUT_OUT`),
        }),
      );
      const served = await serve(project);
      const tunnel = await startTunnel(folder, served.port);
      onTestFinished(() => {
        tunnel.stop();
      });
      const page = served.through(tunnel.port);
      const own = { host: `localhost:${tunnel.port}`, origin: `http://localhost:${tunnel.port}` };
      expect(await page.get('', { headers: own })).toMatchObject({ status: 200 });
      expect(await page.get('page.js', { headers: own })).toMatchObject({ status: 200 });
      for (const refused of [
        await page.get('/', { raw: true, headers: own }),
        await page.get('events', { headers: { ...own, origin: `http://localhost:${served.port}` } }),
        await page.get('', { headers: { host: 'gateway.example' } }),
      ])
        expect(refused).toMatchObject({ status: 403, body: '' });

      const events = await page.events();
      const ended = project.run();
      await events.until('the running stage', (parts) => parts.get('instance/0/wait')?.status === 'running');
      await project.write('go', '');
      await events.until('its end', (parts) => parts.get('instance/0/wait')?.status === 'done');
      expect((await ended).code).toBe(0);
      expect(events.kinds.filter((kind) => kind === 'state')).toHaveLength(1);
    });
  },
);
