/** Decodes a listed data set once into the three files that every later stage reads. */
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Decode } from './decode/decode.ts';
import { DatasetError, listFaults } from './error.ts';
import { writeDatasetFiles, type DatasetFiles } from './write-dataset.ts';
import type { Dataset } from '../../formats/dataset.ts';
import { createPackedImages } from './packed-images.ts';
import type { ListingFault, Listing, ListedImage } from './reader/listing.ts';

interface IngestOptions {
  /** The data set's folder, which the listing's paths are below. */
  readonly folder: string;
  /** Side of the packed images, in pixels. */
  readonly size: number;
  /**
   * The treatment of missing, broken or unlabeled images: `error` ends the ingest with a list of all, `drop` leaves
   * them out and reports them.
   */
  readonly onBroken: 'error' | 'drop';
  readonly decode: Decode;
  /** Images asked for at a time; memory grows with it, not with the data set. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The files' bytes do not depend on `concurrency`. Throws DatasetError, listing every fault. */
export async function ingest(listing: Listing, files: DatasetFiles, options: IngestOptions): Promise<Dataset> {
  const decode: Decode = listing.decode ?? ((image, size) => options.decode(join(options.folder, image), size));
  const broken = await pack(listing.samples, files.images, decode, options);
  const faults = [...listing.faults, ...broken];
  if (faults.length > 0 && options.onBroken === 'error') {
    throw new DatasetError(
      listFaults(
        `${faults.length} file(s) of ${options.folder} cannot be used; onBroken: "drop" leaves them out:`,
        faults.map(({ file, reason }) => `${file}: ${reason}`),
      ),
    );
  }
  const lost = new Set(broken.map(({ file }) => file));
  const samples = listing.samples.filter(({ image }) => !lost.has(image));
  // Rows are numbered without gaps, so the remaining images are packed again; broken files are rare.
  if (broken.length > 0) await pack(samples, files.images, decode, options);
  return writeDatasetFiles(files, { ...listing, samples, faults }, options.size);
}

/** Writes the decodable images and returns the others. */
async function pack(
  samples: readonly ListedImage[],
  path: string,
  decode: Decode,
  { size, concurrency, signal, onProgress }: IngestOptions,
): Promise<ListingFault[]> {
  const images = await createPackedImages(path, samples.length, size);
  const limit = pLimit(concurrency);
  const broken: ListingFault[] = [];
  let done = 0;
  try {
    await limit.map(samples, async ({ image }, row) => {
      signal?.throwIfAborted();
      const decoded = await decode(image, size);
      if (decoded.ok) await images.write(row, decoded.value);
      else broken.push({ file: image, reason: `it cannot be decoded: ${decoded.error}` });
      onProgress?.(++done, samples.length);
    });
  } finally {
    limit.clearQueue();
    await images.close();
  }
  return broken.sort((a, b) => (a.file < b.file ? -1 : 1));
}
