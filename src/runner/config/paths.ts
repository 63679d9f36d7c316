/** Paths of a pipeline: relative to the project root, with `/`, without `.` and `..` inside, no slash at the end. */
import path from 'node:path';

/** An absolute path becomes one relative to the root too; it may then begin with `..`. */
export function projectPath(root: string, text: string): string {
  const relative = path.isAbsolute(text) ? path.relative(root, text) : text;
  const normal = path.posix.normalize(relative.split(path.sep).join('/'));
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** The path of an input: outside of the root, an absolute one stays as the user wrote it. */
export function inputPath(root: string, text: string): string {
  const inProject = projectPath(root, text);
  const isOutside = inProject === '..' || inProject.startsWith('../');
  return path.isAbsolute(text) && isOutside ? path.posix.normalize(text).replace(/(?<=.)\/$/, '') : inProject;
}

/** True if a normalized path is below the root and is not the root itself. */
export function isInside(projectRelative: string): boolean {
  return (
    projectRelative !== '.' &&
    projectRelative !== '..' &&
    !projectRelative.startsWith('../') &&
    !path.isAbsolute(projectRelative)
  );
}

/** `a/b/c` -> `a`, `a/b`. */
export function foldersOf(projectRelative: string): readonly string[] {
  const names = projectRelative.split('/');
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'));
}
