/** Versions of data in words. */
import type { DataPointer } from '../../formats/data-pointer.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';

/** `3f9a1c22`: enough digits to type. */
export const shortVersion = ({ digest }: Pick<DataPointer, 'digest'>): string => digest.slice(0, 8);

/** `3f9a1c22 of 2026-05-12 (10015 files, 2.58 GiB)` */
export function versionText(pointer: DataPointer): string {
  const { added, files, bytes: size } = pointer;
  return `${shortVersion(pointer)} of ${added.slice(0, 10)} (${count(files, 'file')}, ${bytes(size)})`;
}
