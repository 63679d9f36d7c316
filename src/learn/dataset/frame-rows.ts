/** Files of several frames or pages: one row for each, or a fault. */
import type { ListedImage } from './reader/listing.ts';

/** One row for each frame; a file of one frame keeps its name. */
export function rowsOf(sample: ListedImage, frames: number): ListedImage[] {
  if (frames === 1) return [sample];
  const file = sample.file ?? sample.image;
  return Array.from({ length: frames }, (_, frame) => ({ ...sample, image: `${file}#${frame + 1}`, file, frame }));
}

export const severalFrames = (count: number): string =>
  `it holds ${count} frames or pages, and "frames" is "error". Save the one that counts as a file of its own, or set ` +
  '"frames": "all"';

export function asRows(counts: ReadonlyMap<string, number>, word: string): string {
  const [[name, count] = ['', 0]] = counts;
  const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
  return (
    `${counts.size} file(s) hold several ${word}, ${name} for one (${count}). Each of these ${all} is an image of its ` +
    'own, in the group of its file.'
  );
}
