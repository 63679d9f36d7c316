/** The DICOM files that an identifier in a table means: of the image, the study, the accession or the patient. */
import { err, ok, type Result } from '../../../util/result.ts';
import type { DicomIdentity } from './header.ts';
import type { DicomScan } from './scan.ts';

const KINDS: readonly (keyof DicomIdentity)[] = ['sopInstance', 'study', 'accession', 'patient'];
const COLUMNS = ['sopinstanceuid', 'studyinstanceuid', 'accessionnumber', 'patientid'];

/** True for the usual names of a column that names images, where none is called `image`. */
export const isIdentifierColumn = (name: string): boolean =>
  COLUMNS.includes(name.toLowerCase().replaceAll(/[\s_-]/g, ''));

/** The error does not repeat the cell: it may be a PatientID. */
export function identifierFinder({ headers }: DicomScan): (cell: string) => Result<readonly string[], string> {
  const indexes = KINDS.map((kind) => {
    const files = new Map<string, string[]>();
    for (const [file, { identity, withoutImage }] of headers) {
      const value = identity[kind];
      if (value === '' || withoutImage !== undefined) continue;
      const known = files.get(value);
      if (known === undefined) files.set(value, [file]);
      else known.push(file);
    }
    return files;
  });
  return (cell) => {
    const found = indexes.flatMap((files) => files.get(cell.trim()) ?? []);
    if (found.length === 0)
      return err('no file, SOPInstanceUID, StudyInstanceUID, AccessionNumber or PatientID of this folder is so named');
    const kinds = indexes.filter((files) => files.has(cell.trim())).length;
    const distinct = [...new Set(found)].sort();
    // One value of two kinds must mean the same files.
    return distinct.length * kinds === found.length
      ? ok(distinct)
      : err('it is an identifier of two kinds, which mean different files. Name the files instead');
  };
}
