/** Paths of the project with links resolved, so that one file has one name. */
import { readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

export class RealPaths {
  readonly #root: string;
  readonly #onDisk: boolean;
  readonly #realRoot: string;
  readonly #known = new Map<string, string>();

  /** @param onDisk false for a pipeline that was read from a commit: its links are not those of the disk */
  constructor(root: string, onDisk: boolean) {
    this.#root = root;
    this.#onDisk = onDisk;
    this.#realRoot = onDisk ? this.#real(root) : root;
  }

  /** A path that is read: its last part is followed too. Relative to the real root, with `/`. */
  ofRead(location: string): string {
    return this.#relative(this.#real(path.resolve(this.#root, location)));
  }

  /** A path that is written: a link at its end would be replaced, so only its folder is followed. */
  ofWritten(location: string): string {
    const absolute = path.resolve(this.#root, location);
    return this.#relative(path.join(this.#real(path.dirname(absolute)), path.basename(absolute)));
  }

  /** The real path of the part that exists, followed by the rest. A link to nothing leads to its target too. */
  #real(absolute: string): string {
    if (!this.#onDisk) return absolute;
    let known = this.#known.get(absolute);
    if (known !== undefined) return known;
    this.#known.set(absolute, absolute); // so that links in a circle come to an end
    known = realPath(absolute) ?? this.#ofMissing(absolute);
    this.#known.set(absolute, known);
    return known;
  }

  #ofMissing(absolute: string): string {
    const folder = path.dirname(absolute);
    const target = linkTarget(absolute);
    if (target !== undefined) return this.#real(path.resolve(folder, target));
    return folder === absolute ? absolute : path.join(this.#real(folder), path.basename(absolute));
  }

  #relative(absolute: string): string {
    return path.relative(this.#realRoot, absolute).split(path.sep).join('/') || '.';
  }
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync.native(file);
  } catch {
    return undefined;
  }
}

function linkTarget(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
