/** The subset and the group of an image, by the names of its folders. */
import { subsetOfWord } from '../user-table/words.ts';
import type { ListedImage } from './listing.ts';

const IMAGE_FOLDER = /^(images?|imgs?|photos?|pictures?|scans?|originals?)$/i;

/** A folder whose name says that it holds images, and nothing else. */
export const isImageFolder = (name: string): boolean => IMAGE_FOLDER.test(name);

/** With `groupFolders`, the innermost folder with another name is the group; otherwise each image is one. */
export function placeOfFile(file: string, groupFolders: boolean): Pick<ListedImage, 'group' | 'split'> {
  const folders = file.split('/').slice(0, -1);
  const split = folders.map(subsetOfWord).find((subset) => subset !== undefined) ?? '';
  const own = folders.filter((part) => !isImageFolder(part) && subsetOfWord(part) === undefined).at(-1);
  return { group: groupFolders && own !== undefined ? own : file, split };
}
