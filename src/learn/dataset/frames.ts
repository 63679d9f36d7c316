/**
 * From listed files to images: frames and pages become rows of one group, DICOM files without an image are left out,
 * and the facts of headers are added.
 */
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { probeImage } from './decode/probe.ts';
import { describeDicom, type DicomOptions } from './dicom/describe.ts';
import { isInScan } from './dicom/scan.ts';
import { asRows, rowsOf, severalFrames } from './frame-rows.ts';
import type { ListedImage, Listing, ListingFault } from './reader/listing.ts';

export interface FrameOptions extends DicomOptions {
  readonly folder: string;
}

/** Formats that may hold several pages. An animated PNG is a fault of its own. */
const WITH_PAGES = /\.(tiff?|gif|webp)$/i;

export async function listFrames(listing: Listing, options: FrameOptions): Promise<Listing> {
  if (listing.decode !== undefined) return listing;
  const { dicom } = listing;
  const described =
    dicom === undefined || dicom.headers.size + dicom.broken.size === 0
      ? listing
      : await describeDicom(listing, dicom, options);
  const isOther = ({ image }: ListedImage) => dicom === undefined || !isInScan(dicom, image);
  const pages = await countPages(
    described.samples.filter((sample) => sample.file === undefined && isOther(sample) && WITH_PAGES.test(sample.image)),
    options.folder,
  );
  return withPages(described, pages, options.frames);
}

/** Pages by image, where there are several. */
async function countPages(samples: readonly ListedImage[], folder: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  await pLimit(4).map(samples, async ({ image }) => {
    // Files that cannot be read are named by the decoder.
    const file = await readFile(join(folder, image)).catch(() => undefined);
    const kind = file && (await probeImage(file).catch(() => undefined));
    if (kind?.ok && kind.value.pages > 1) counts.set(image, kind.value.pages);
  });
  return counts;
}

function withPages(listing: Listing, pages: ReadonlyMap<string, number>, frames: FrameOptions['frames']): Listing {
  const [first] = pages;
  if (first === undefined) return listing;
  if (frames === 'error') {
    const faults: ListingFault[] = [...pages].map(([file, count]) => ({ file, reason: severalFrames(count) }));
    const samples = listing.samples.filter(({ image }) => !pages.has(image));
    return { ...listing, samples, faults: [...listing.faults, ...faults] };
  }
  const samples = listing.samples.flatMap((sample) => rowsOf(sample, pages.get(sample.image) ?? 1));
  return { ...listing, samples, notices: [...(listing.notices ?? []), asRows(pages, 'pages or frames')] };
}
