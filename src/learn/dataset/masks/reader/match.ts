/** Which mask belongs to which image, by their names: `a/scan.jpg` and `a/scan_mask.png`, or `disc/scan.png`. */

export interface PlacedFile {
  /** Path with forward slashes. */
  readonly file: string;
  /** Its folders, without those that only say `images` or `masks`. */
  readonly folders: readonly string[];
}

interface Match {
  readonly image: string;
  readonly mask: string;
  readonly className: string | null;
}

interface Matches {
  readonly matches: readonly Match[];
  /** Masks without an image. */
  readonly alone: readonly string[];
}

/** Words that only say that a file is a mask, and the number of one among several. */
const NOTHING = /^(mask|masks|seg|segm|segmentation|gt|groundtruth|ground_truth|label|labels|annotation|roi|\d+)$/i;

/**
 * A mask belongs to the image with the longest name that its own name begins or ends with. Of images with one name,
 * that in the same folders, else the one whose folders are among the mask's. Folders and words of the mask that are
 * left over name its class.
 */
export function matchMasks(images: readonly PlacedFile[], masks: readonly PlacedFile[]): Matches {
  const byStem = new Map<string, PlacedFile[]>();
  for (const image of images) byStem.set(stemOf(image), [...(byStem.get(stemOf(image)) ?? []), image]);
  const found = masks.map((mask) => ({ mask, match: imageOf(mask, byStem) }));
  const words = new Set(found.map(({ match }) => match?.word ?? ''));
  return {
    matches: found.flatMap(({ mask, match }) => {
      if (match === undefined) return [];
      // One word behind all names says the same of all of them.
      const names = [...match.folders, ...(words.size > 1 && match.word !== '' ? [match.word] : [])];
      return [{ image: match.image.file, mask: mask.file, className: names.join(' ') || null }];
    }),
    alone: found.flatMap(({ mask, match }) => (match === undefined ? [mask.file] : [])),
  };
}

interface Found {
  readonly image: PlacedFile;
  /** Of the mask, and not of the image. */
  readonly folders: readonly string[];
  readonly word: string;
}

function imageOf(mask: PlacedFile, byStem: ReadonlyMap<string, readonly PlacedFile[]>): Found | undefined {
  const stem = stemOf(mask);
  const names = [stem, ...partsOf(stem)].filter((name) => byStem.has(name)).sort((a, b) => b.length - a.length);
  for (const name of names) {
    const fitting = (byStem.get(name) ?? []).filter(({ folders }) =>
      folders.every((part) => mask.folders.includes(part)),
    );
    const same = fitting.filter(({ folders }) => folders.length === mask.folders.length);
    const only = same.length > 0 ? same : fitting;
    const [image, ...others] = only.length > 0 ? only : (byStem.get(name) ?? []);
    if (image === undefined || others.length > 0) continue;
    const folders = mask.folders.filter((part) => !image.folders.includes(part));
    return { image, folders: only.length > 0 ? folders : [], word: wordOf(stem, name) };
  }
  return undefined;
}

/** `IDRiD_01_OD`: `IDRiD_01`, `IDRiD`, `01_OD`, `OD`: cut at what is neither letter nor digit. */
function partsOf(stem: string): string[] {
  const cuts = [...stem.matchAll(/[\s_.-]+/g)].map(({ index, 0: { length } }) => [index, index + length] as const);
  return cuts.flatMap(([end, start]) => [stem.slice(0, end), stem.slice(start)]);
}

/** `scan_mask_2`: nothing, `scan_OD`: `OD`. */
const wordOf = (stem: string, image: string): string =>
  stem
    .replace(image, '')
    .split(/[\s_.-]+/)
    .filter((word) => word !== '' && !NOTHING.test(word))
    .join(' ');

const stemOf = ({ file }: PlacedFile): string => file.replace(/^.*\//, '').replace(/\.[^.]+$/, '');
