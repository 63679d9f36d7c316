/** The workflow of a CI service, which `pipeline init --ci` writes. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { packageFolder } from './package-folder.ts';

export const ciServices = ['github', 'gitlab'] as const;

export type CiService = (typeof ciServices)[number];

/** Relative to the root of the repository. */
const PLACES: Readonly<Record<CiService, string>> = {
  github: '.github/workflows/pipeline.yml',
  gitlab: '.gitlab-ci.yml',
};

export async function workflowFile(service: CiService): Promise<{ readonly name: string; readonly text: string }> {
  const text = await readFile(path.join(packageFolder(), 'templates', 'ci', `${service}.yml`), 'utf8');
  return { name: PLACES[service], text };
}
