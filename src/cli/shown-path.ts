import path from 'node:path';

/** A path as the user would type it; one far away stays absolute. */
export function shownFrom(folder: string): (absolute: string) => string {
  return (absolute) => {
    const relative = path.relative(folder, absolute);
    return relative.startsWith(path.join('..', '..')) ? absolute : relative || '.';
  };
}
