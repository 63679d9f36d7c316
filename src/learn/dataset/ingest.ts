/** Decodes a listed data set once into the three files that every later stage reads. */
import { join } from 'node:path';
import type { Decode, DecodedImage } from './decode/decode.ts';
import type { GrayScale } from './decode/gray-scale.ts';
import { openImage } from './decode/open-image.ts';
import { readEach } from './decode/read-each.ts';
import { ok } from '../../util/result.ts';
import { at } from '../../util/known.ts';
import { DatasetError, listFaults } from './error.ts';
import { levelNotices } from './gray-levels.ts';
import { describeGray, resolveGray, type GrayRule } from './gray-rule.ts';
import { writeDatasetFiles, type DatasetFiles } from './write-dataset.ts';
import type { Dataset } from '../../formats/dataset.ts';
import { createPackedImages } from './packed-images.ts';
import type { ListingFault, Listing, ListedImage } from './reader/listing.ts';

export interface IngestOptions {
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
  /** The scale of images with more than eight bits. */
  readonly gray?: GrayRule | undefined;
  /** Bits of the packed values; 8 by default. */
  readonly bits?: 8 | 16;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Findings about the pixels of the data set that its owner should know. */
  readonly onNotice?: (text: string) => void;
}

/** The files' bytes do not depend on `concurrency`. Throws DatasetError, listing every fault. */
export async function ingest(listing: Listing, files: DatasetFiles, options: IngestOptions): Promise<Dataset> {
  const { folder, onBroken, size, bits = 8, onNotice } = options;
  const gray = await chooseGray(listing, options);
  const first = await pack(listing, listing.samples, files.images, gray, options);
  const faults = [...listing.faults, ...first.broken];
  if (faults.length > 0 && onBroken === 'error') {
    throw new DatasetError(
      listFaults(
        `${faults.length} file(s) of ${folder} cannot be used; "onBroken": "drop" in the params of this stage, in the ` +
          'pipeline file, leaves them out:',
        faults.map(({ file, reason }) => `${file}: ${reason}`),
      ),
    );
  }
  for (const notice of levelNotices(first.levels)) onNotice?.(notice);
  const lost = new Set(first.broken.map(({ file }) => file));
  const samples = listing.samples.filter(({ image }) => !lost.has(image));
  // Rows are numbered without gaps, so the remaining images are packed again; broken files are rare.
  if (first.broken.length > 0) await pack(listing, samples, files.images, gray, options);
  return writeDatasetFiles(files, { ...listing, samples, faults }, size, {
    ...(bits === 16 && { bits }),
    ...(first.levels.length > 0 && { gray: describeGray(gray) }),
  });
}

function chooseGray(listing: Listing, { gray, folder, concurrency, signal }: IngestOptions): Promise<GrayScale> {
  const samples = listing.decode === undefined ? listing.samples : [];
  const open = ({ image, file = image, frame = 0 }: ListedImage) => openImage(join(folder, file), frame);
  return resolveGray(gray, samples, { open, concurrency, ...(signal && { signal }) });
}

interface Packed {
  /** By name, as are the levels. */
  readonly broken: readonly ListingFault[];
  readonly levels: readonly ImageLevels[];
}

interface ImageLevels {
  readonly image: string;
  readonly levels: NonNullable<DecodedImage['levels']>;
}

/** Writes the decodable images and returns the others. */
async function pack(
  listing: Listing,
  samples: readonly ListedImage[],
  path: string,
  gray: GrayScale,
  { folder, size, bits, concurrency, signal, onProgress, ...options }: IngestOptions,
): Promise<Packed> {
  const images = await createPackedImages(path, samples.length, size, bits);
  const read = async ({ image, file = image, frame = 0 }: ListedImage, row: number) => {
    const decoded = await (listing.decode?.(image, size) ?? options.decode(join(folder, file), size, { frame, gray }));
    if (decoded.ok) await images.write(row, decoded.value.values);
    return decoded.ok ? ok(decoded.value.levels) : decoded;
  };
  const results = await readEach(samples, read, { concurrency, signal, onProgress }).finally(() => images.close());
  const broken: ListingFault[] = [];
  const levels: ImageLevels[] = [];
  for (const [row, result] of results.entries()) {
    const { image } = at(samples, row);
    if (!result.ok) broken.push({ file: image, reason: `it cannot be decoded: ${result.error}` });
    else if (result.value) levels.push({ image, levels: result.value });
  }
  return { broken: broken.sort(byName(({ file }) => file)), levels: levels.sort(byName(({ image }) => image)) };
}

const byName =
  <T>(nameOf: (item: T) => string) =>
  (a: T, b: T): number =>
    nameOf(a) < nameOf(b) ? -1 : 1;
