/** An image file of any kind, by its content: bytes for display, or a picture whose values need a scale. */
import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../../util/result.ts';
import { isDicom } from '../dicom/parse.ts';
import { readDicomPicture } from '../dicom/read-frame.ts';
import { openNumbers } from './open-numbers.ts';
import type { Picture } from './picture.ts';
import { probeImage } from './probe.ts';

export type OpenedImage =
  { readonly kind: 'bytes'; readonly file: Buffer } | { readonly kind: 'picture'; readonly picture: Picture };

/** `frame` counts from 0. The error says why the file cannot be decoded whole. */
export async function openImage(path: string, frame: number): Promise<Result<OpenedImage, string>> {
  try {
    const file = await readFile(path);
    if (isDicom(file) || /\.(dcm|dicom|ima)$/i.test(path)) return asPicture(await readDicomPicture(file, frame));
    const kind = await probeImage(file);
    if (!kind.ok) return kind;
    return kind.value.content === 'bytes' ? ok({ kind: 'bytes', file }) : asPicture(await openNumbers(file, frame));
  } catch (error) {
    return err(plainMessage(error));
  }
}

const asPicture = (picture: Result<Picture, string>): Result<OpenedImage, string> =>
  picture.ok ? ok({ kind: 'picture', picture: picture.value }) : picture;

/** In one line, and in the words of a person with a file. */
export function plainMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/input buffer/i, 'Input file')
    .trim()
    .replaceAll(/\s+/g, ' ');
}
