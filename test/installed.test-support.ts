/** A project that has this package installed. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');

export async function installedProject(): Promise<Project> {
  const project = await Project.create({ 'package.json': {} });
  await mkdir(project.path('node_modules'));
  await symlink(repository, project.path('node_modules/pretext-study'));
  return project;
}
