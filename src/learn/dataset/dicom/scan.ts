/** The DICOM files of a folder, found by their content, and their headers. */
import { join } from 'node:path';
import pLimit from 'p-limit';
import { isDicom } from './parse.ts';
import { readDicomHeader, readStart, type DicomHeader } from './header.ts';

export interface DicomScan {
  /** By path below the folder, with forward slashes. */
  readonly headers: ReadonlyMap<string, DicomHeader>;
  /** Files that begin as DICOM, and cannot be parsed. */
  readonly broken: ReadonlyMap<string, string>;
}

const AT_A_TIME = 8;
/** Preamble and magic word. */
const MAGIC_BYTES = 132;

/** `files`: paths below the folder. Files of other formats are passed over; each costs one short read. */
export async function scanDicom(folder: string, files: readonly string[]): Promise<DicomScan> {
  const headers = new Map<string, DicomHeader>();
  const broken = new Map<string, string>();
  const limit = pLimit(AT_A_TIME);
  await limit.map(files, async (file) => {
    const path = join(folder, file);
    const start = await readStart(path, MAGIC_BYTES).catch(() => undefined); // the decoder will name the reason
    if (start === undefined || !(isDicom(start) || isNamedSo(file))) return;
    const header = await readDicomHeader(path);
    if (header.ok) headers.set(file, header.value);
    else broken.set(file, header.error);
  });
  return { headers, broken };
}

/** A data set without preamble in implicit VR has no mark: its name must say what it is. */
const isNamedSo = (file: string): boolean => /\.(dcm|dicom|ima)$/i.test(file);

export const isInScan = ({ headers, broken }: DicomScan, file: string): boolean =>
  headers.has(file) || broken.has(file);
