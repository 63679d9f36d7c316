/** The user's cache: XDG_CACHE_HOME, else ~/.cache (XDG Base Directory Specification). */
import { homedir } from 'node:os';
import path from 'node:path';

export function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME;
  return path.join(cache !== undefined && path.isAbsolute(cache) ? cache : path.join(homedir(), '.cache'), 'pretext');
}
