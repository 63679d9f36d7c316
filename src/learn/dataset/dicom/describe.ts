/** A listing with the facts of its DICOM headers: groups, frames, columns; and what its owner should know. */
import { asRows, rowsOf, severalFrames } from '../frame-rows.ts';
import type { ListedImage, Listing, ListingFault } from '../reader/listing.ts';
import { ACQUISITION_COLUMNS, PATIENT_COLUMNS, type AcquisitionFacts } from './acquisition.ts';
import type { DicomHeader } from './header.ts';
import { headerNotices } from './header-notices.ts';
import { keyedDigest, patientGroups } from './patient-groups.ts';
import type { DicomScan } from './scan.ts';

export interface DicomOptions {
  /** `all`: each frame is an image of its own, in the group of its file. `error`: such files are faults. */
  readonly frames: 'all' | 'error';
  /** The secret for the digests of patients. Asked for only where DICOM files are. */
  readonly key: () => Promise<Uint8Array>;
  /** Columns of the patient's facts that pass into the table. */
  readonly keep: readonly string[];
}

type Found = ListedImage & { readonly header: DicomHeader };

/** Objects without an image are left out and counted; they are no faults. */
export async function describeDicom(
  listing: Listing,
  { headers, broken }: DicomScan,
  { frames, key, keep }: DicomOptions,
): Promise<Listing> {
  const found: Found[] = [];
  const others: ListedImage[] = [];
  const faults: ListingFault[] = listing.faults.filter(({ file }) => headers.get(file)?.withoutImage === undefined);
  for (const sample of listing.samples) {
    const header = headers.get(sample.image);
    const reason = header === undefined ? broken.get(sample.image) : faultOf(header, frames);
    if (reason !== undefined) faults.push({ file: sample.image, reason });
    else if (header === undefined) others.push(sample);
    else if (header.withoutImage === undefined) found.push({ ...sample, header });
  }
  const named = [...listing.samples.map(({ image }) => image), ...listing.faults.map(({ file }) => file)];
  const leftOut = named.flatMap((file) => {
    const kind = headers.get(file)?.withoutImage;
    return kind === undefined ? [] : [{ file, kind }];
  });
  const identities = new Map(found.map(({ image, header }) => [image, header.identity]));
  const secret = await key();
  const { groups, notices } = patientGroups(identities, secret);
  const samples = found.flatMap(({ header, ...sample }) => {
    // A group of the table may be a PatientID.
    const given = sample.group === sample.image ? undefined : keyedDigest(secret, `group ${sample.group}`);
    const described: ListedImage = {
      ...sample,
      group: given ?? groups.get(sample.image) ?? sample.image,
      facts: { ...sample.facts, ...columnsOf(header.acquisition, keep) },
      scale: header.scale.kind,
    };
    return rowsOf(described, header.frames);
  });
  const isGrouped = found.some(({ image, group }) => image === group);
  const several = new Map(
    found.filter(({ header }) => header.frames > 1).map(({ image, header }) => [image, header.frames]),
  );
  return {
    ...listing,
    samples: inOrder(listing.samples, [...samples, ...others]),
    faults,
    notices: [
      ...(listing.notices ?? []),
      ...leftOutNotice(leftOut),
      ...(isGrouped ? notices : []),
      ...(several.size > 0 ? [asRows(several, 'frames')] : []),
      ...headerNotices(found.map(({ header }) => header)),
    ],
  };
}

function faultOf(header: DicomHeader, frames: DicomOptions['frames']): string | undefined {
  if (header.withoutImage !== undefined) return undefined;
  if (header.fault !== undefined) return header.fault;
  return frames === 'error' && header.frames > 1 ? severalFrames(header.frames) : undefined;
}

function columnsOf(facts: AcquisitionFacts, keep: readonly string[]): Record<string, string> {
  const patient = PATIENT_COLUMNS.filter((column) => keep.includes(column));
  return Object.fromEntries([...ACQUISITION_COLUMNS, ...patient].map((column) => [column, facts[column]]));
}

/** The order of the listing, with the frames of a file together. */
function inOrder(listed: readonly ListedImage[], samples: readonly ListedImage[]): ListedImage[] {
  const places = new Map(listed.map(({ image }, i) => [image, i]));
  const placeOf = ({ file, image }: ListedImage): number => places.get(file ?? image) ?? 0;
  return [...samples].sort((a, b) => placeOf(a) - placeOf(b));
}

function leftOutNotice(leftOut: readonly { readonly file: string; readonly kind: string }[]): string[] {
  const [first] = leftOut;
  if (first === undefined) return [];
  const kinds = [...new Set(leftOut.map(({ kind }) => kind))].sort();
  const counts = kinds.map((kind) => `${leftOut.filter((object) => object.kind === kind).length} ${kind}`);
  return [
    `${leftOut.length} DICOM file(s) hold no image and were left out: ${counts.join(', ')} (${first.file} for one).`,
  ];
}
