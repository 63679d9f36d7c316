/** What makes every score of a data set too good, in a sentence that stands beside the best of them. */
import { counted, whole } from './format.ts';
import type { Leaks } from './study.ts';

/** Undefined where no test image is known to have been seen in training. */
export function seenBefore({ images, leaks, copies }: Leaks): string | undefined {
  if (leaks === 0) return undefined;
  const how = copies === leaks ? 'equal to an image that was trained on' : 'of a group that was trained on, or equal to an image that was';
  return `${whole(leaks)} of the ${counted(images, 'test image')} ${leaks === 1 ? 'is' : 'are'} ${how}: all scores may be too good.`;
}
