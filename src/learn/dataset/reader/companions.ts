/**
 * Files that lie beside images and are no images of the study: masks, overlays, notes. They are left out and counted.
 */

const NOTES = /\.(txt|md|rst|json|xml|csv|tsv|xlsx?|docx?|pdf|html?|ya?ml|log|py|ipynb|mat)$/i;
const MASK =
  /[\s_.-](mask|masks|seg|segm|segmentation|gt|groundtruth|ground_truth|label|labels|overlay|annotation|roi)$/i;

/** Notes and tables beside images, by their extension. */
export const isNote = (file: string): boolean => NOTES.test(file);

/**
 * `scan_mask.png` where `scan.png` is there too, in the same folder: a picture that shows the answer. Without the
 * image of the shorter name the file is an ordinary image.
 */
export function masksAmong(files: readonly string[]): ReadonlySet<string> {
  const stems = new Set(files.map(stem));
  return new Set(files.filter((file) => MASK.test(stem(file)) && stems.has(stem(file).replace(MASK, ''))));
}

const stem = (file: string): string => file.replace(/\.[^./]+$/, '');
