/** `export mlflow` without an MLflow server; scripts/watched-by-mlflow.mjs exports to a real one. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = { 'pipeline.json': pipelineOf({ make: shell('echo 1 > ${outputs.out}') }) };
const SECRET = { MLFLOW_TRACKING_TOKEN: 'nobody-may-see-this' };

test('a server that cannot be reached is told, without the token', async () => {
  const project = await Project.create(study);
  await project.run();
  const words = ['export', 'mlflow', '--to', 'http://127.0.0.1:9', '--json'];
  const { code, out, err } = await project.pipeline(words, { env: SECRET });
  expect(code).toBe(4);
  expect(out + err).toContain('http://127.0.0.1:9 cannot be reached');
  expect(out + err).not.toContain(SECRET.MLFLOW_TRACKING_TOKEN);
});

test('an address with a secret is refused, and not repeated', async () => {
  const project = await Project.create(study);
  const { code, out, err } = await project.pipeline(['export', 'mlflow', '--to', 'http://eva:hidden@lab:5000']);
  expect(code).toBe(2);
  expect(err).toContain('MLFLOW_TRACKING_USERNAME');
  expect(out + err).not.toContain('hidden');
});

test('results that are not in the store are named, before anything is sent', async () => {
  const project = await Project.create(study);
  const { code, err } = await project.pipeline(['export', 'mlflow', '--to', 'http://127.0.0.1:9']);
  expect(code).toBe(2);
  expect(err).toContain('1 of 1 results are not in the store as the lockfile names them: make');
});

test('a database in a file needs the program mlflow, and nothing is made without it', async () => {
  const project = await Project.create(study);
  await project.run();
  const { code, err } = await project.pipeline(['export', 'mlflow', '--to', 'sqlite:///mlflow.db'], {
    env: { PATH: pathWithout() },
  });
  expect(code).toBe(4);
  expect(err).toContain('only MLflow itself may write its database');
  expect(project.exists('mlflow.db')).toBe(false);
});

/** The folder of node alone. */
function pathWithout(): string {
  const folder = process.execPath.replace(/\/[^/]+$/, '');
  if (existsSync(`${folder}/mlflow`)) throw new Error(`mlflow lies beside node in ${folder}.`);
  return folder;
}

test('an archive needs its ending, so that a misspelt subcommand is no archive', async () => {
  const project = await Project.create(study);
  await project.run();
  const { code, err } = await project.pipeline(['export', 'mlfow', '--to', 'http://lab']);
  expect(code).toBe(2);
  expect(err).toContain('error');
  const archive = await project.pipeline(['export', 'mlfow']);
  expect(archive.code).toBe(2);
  expect(archive.err).toMatch(/the name of an archive ends in .tar, .tar.gz or .tar.zst, and ".*mlfow" does not/);
});
