/** All versions of data that a project knows: of its pointer files, of git's history, and of the store. */
import type { DataPointer } from '../../formats/data-pointer.ts';
import { findTargets } from '../../runner/data-versions/find-pointers.ts';
import { listVersions } from '../../runner/data-versions/list.ts';
import { openDataProject } from '../../runner/data-versions/data-project.ts';
import type { Project } from '../project.ts';

export interface TargetVersions {
  /** Absolute path of the folder or file. */
  readonly target: string;
  readonly versions: readonly DataPointer[];
}

export async function versionsOfProject({ pipeline, storeFolder }: Project): Promise<TargetVersions[]> {
  const data = openDataProject(pipeline, storeFolder);
  const found: TargetVersions[] = [];
  for (const target of findTargets(data))
    found.push({ target, versions: (await listVersions(data, target)).map(({ pointer }) => pointer) });
  return found;
}
