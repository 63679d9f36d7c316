/** The group of each DICOM file: its patient, under a keyed digest. */
import { createHmac } from 'node:crypto';
import type { DicomIdentity } from './header.ts';

export interface PatientGroups {
  /** Digest of the group by file. */
  readonly groups: ReadonlyMap<string, string>;
  /** A sentence where PatientID is of no use. */
  readonly notices: readonly string[];
}

/**
 * Files of one patient are one group. Files without a PatientID are grouped by StudyInstanceUID, and so are all if
 * there is one PatientID for several studies (a placeholder). A study with two PatientIDs joins their groups, unless it
 * is the study of all patients. A digest without a secret is no secret: PatientIDs are short numbers. `key` is the
 * secret of HMAC-SHA256.
 */
export function patientGroups(files: ReadonlyMap<string, DicomIdentity>, key: Uint8Array): PatientGroups {
  const identities = [...files.values()];
  const patients = new Set(identities.map(({ patient }) => patient).filter((patient) => patient !== ''));
  const studies = new Set(identities.map(({ study }) => study).filter((study) => study !== ''));
  const isConstant = patients.size === 1 && studies.size > 1 && identities.every(({ patient }) => patient !== '');
  const patientOf = ({ patient }: DicomIdentity) => (isConstant || patient === '' ? undefined : `patient ${patient}`);
  const studyOf = ({ study, sopInstance }: DicomIdentity, file: string) =>
    study !== '' ? `study ${study}` : `image ${sopInstance || file}`;

  // One study of many patients is a placeholder, and joins nobody.
  const joins = studies.size > 1 || patients.size <= 2;
  const parents = new Map<string, string>();
  for (const [file, identity] of files) {
    const patient = patientOf(identity);
    if (patient !== undefined && joins) join(parents, patient, studyOf(identity, file));
  }
  const groups = new Map(
    [...files].map(([file, identity]) => {
      const root = rootOf(parents, patientOf(identity) ?? studyOf(identity, file));
      return [file, keyedDigest(key, root)] as const;
    }),
  );
  const without = identities.filter(({ patient }) => patient === '').length;
  return { groups, notices: noticesOf(isConstant, without, identities.length) };
}

/** 64 bits of HMAC-SHA256, in hexadecimal digits. */
export const keyedDigest = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex').slice(0, 16);

/** The smaller name becomes the root, and patients come before studies: the same patient has one digest everywhere. */
function join(parents: Map<string, string>, a: string, b: string): void {
  const [x, y] = [rootOf(parents, a), rootOf(parents, b)];
  if (x === y) return;
  if (x < y) parents.set(y, x);
  else parents.set(x, y);
}

function rootOf(parents: ReadonlyMap<string, string>, name: string): string {
  let root = name;
  for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
  return root;
}

function noticesOf(isConstant: boolean, without: number, all: number): string[] {
  const by = 'are grouped by StudyInstanceUID instead, so images of one patient may be on both sides of a split.';
  if (isConstant) return [`PatientID is the same in all ${all} DICOM files. They ${by}`];
  return without === 0 ? [] : [`PatientID is empty in ${without} of ${all} DICOM files. These ${by}`];
}
