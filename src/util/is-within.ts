import path from 'node:path';

/** The folder itself counts. Both are absolute and normalized. */
export function isWithin(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder + path.sep);
}
