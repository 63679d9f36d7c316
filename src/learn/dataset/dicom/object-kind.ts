/** Objects without an image to study, by their SOP class (PS3.4, B.5). Folders from an archive always have some. */

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const DIRECTORY = '1.2.840.10008.1.3.10';

const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^104\.1$/, 'PDF document'],
  [/^104\./, 'document'],
  [/^88\./, 'structured report'],
  [/^66\.[45]$/, 'segmentation'],
  [/^66(\.|$)/, 'registration or raw data object'],
  [/^11\./, 'presentation state'],
  [/^481\.1$/, ''],
  [/^481\./, 'radiotherapy object'],
  [/^9\./, 'waveform'],
  [/^(67|68)(\.|$)/, 'real-world value map or surface'],
];

/** The kind of an object that holds no image to study, or undefined for an image. */
export function kindWithoutImage(sopClass: string, hasPixels: boolean): string | undefined {
  if (sopClass === DIRECTORY) return 'DICOMDIR';
  const storage = sopClass.startsWith(STORAGE) ? sopClass.slice(STORAGE.length) : '';
  const known = KINDS.find(([pattern]) => pattern.test(storage))?.[1];
  if (known !== undefined && known !== '') return known;
  return hasPixels ? undefined : 'object without pixel data';
}

/** Secondary captures are screenshots and scans of paper: text may be part of the pixels. */
export const isSecondaryCapture = (sopClass: string): boolean => /^7(\.|$)/.test(sopClass.replace(STORAGE, ''));
