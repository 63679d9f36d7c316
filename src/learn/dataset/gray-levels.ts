/** Gray levels that the scale leaves: few of many are never passed over in silence. */
import type { GrayLevels } from './decode/render.ts';

/** Fewer levels than this are said, where the file has twice as many or more. */
const FEWEST = 8;

export function levelNotices(images: readonly { readonly image: string; readonly levels: GrayLevels }[]): string[] {
  const poor = images.filter(({ levels: { before, after } }) => after < FEWEST && before >= 2 * after);
  const [first] = poor;
  if (first === undefined) return [];
  const { before, after } = first.levels;
  return [
    `${poor.length} of ${images.length} images with more than eight bits keep fewer than ${FEWEST} gray levels: ` +
      `${first.image} keeps ${after} of ${before}. Another scale may keep more, such as "gray": { "percentiles": ` +
      '[1, 99] }.',
  ];
}
