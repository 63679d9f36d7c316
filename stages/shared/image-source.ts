/** The common part of the stages that decode images of a folder: private names, notices, progress and errors. */
import type { Dataset } from '../../src/formats/dataset.ts';
import { decodeImage, type Decode } from '../../src/learn/dataset/decode/decode.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import type { IngestOptions } from '../../src/learn/dataset/ingest.ts';
import { privateNames, type PrivateNames } from '../../src/learn/dataset/private-names.ts';
import type { Listing } from '../../src/learn/dataset/reader/listing.ts';
import type { Stage } from '../../src/stage/index.ts';
import { err } from '../../src/util/result.ts';
import { readSecretKey } from '../../src/util/secret-key.ts';

interface ImageSource {
  /** Names of files may stand in no output, message or log. */
  readonly isPrivate: boolean;
  /** A text without names that are private. */
  readonly redact: (text: string) => string;
  readonly say: (text: string) => void;
  /** The listing under names that may be shown. Says its notices. */
  readonly show: <L extends Listing>(listing: L) => Promise<L>;
  readonly options: Pick<IngestOptions, 'folder' | 'decode' | 'concurrency' | 'signal' | 'onNotice' | 'onProgress'>;
}

interface SourceFolders {
  readonly source: string;
  /** Masks or labels that lie elsewhere. */
  readonly elsewhere?: string | null;
  /** How much of a picture is decoded; a centered square by default. */
  readonly fit?: 'whole';
}

/** Runs `work`, and says how many files it dropped. All names are private if one of the folders is. */
export async function withImageSource(
  { source: folder, elsewhere = null, fit }: SourceFolders,
  stage: Stage,
  work: (source: ImageSource) => Promise<Pick<Dataset, 'dropped'>>,
): Promise<void> {
  const isPrivate = stage.privateInputs.some((name) => ['source', 'masks', 'labels'].includes(name));
  const names = isPrivate ? await privateNames(folder, await readSecretKey()) : undefined;
  const others = isPrivate && elsewhere !== null ? await privateNames(elsewhere, await readSecretKey()) : undefined;
  const redact = (text: string): string => {
    const shown = names?.redact(text) ?? text;
    return others?.redact(shown) ?? shown;
  };
  const say = (text: string) => {
    stage.warn(redact(text));
  };
  try {
    const { dropped } = await work({
      ...{ isPrivate, redact, say },
      show: (listing) => shownListing(listing, names, say),
      options: {
        folder,
        decode: decodeRedacted(fit, redact),
        concurrency: Number(stage.resources.cpu ?? 1) + 1, // while images are decoded, the next one is read
        signal: stage.signal,
        onNotice: say,
        onProgress: (done, total) => {
          stage.progress({ done, total, unit: 'images' });
        },
      },
    });
    if (dropped.length > 0) say(`${dropped.length} file(s) were left out; dataset.json names each with its reason.`);
  } catch (error) {
    if (!isPrivate || stage.signal.aborted) throw error;
    throw new DatasetError(redact(error instanceof Error ? error.message : String(error)));
  }
}

async function shownListing<L extends Listing>(
  listing: L,
  names: PrivateNames | undefined,
  say: (text: string) => void,
): Promise<L> {
  const shown = names?.apply(listing) ?? listing;
  for (const notice of shown.notices ?? []) say(notice);
  const unwritten = await names?.writeMap();
  if (unwritten !== undefined) say(unwritten);
  return shown;
}

/** Errors of the system name the file. */
const decodeRedacted =
  (fit: SourceFolders['fit'], redact: (text: string) => string): Decode =>
  async (path, size, options) => {
    const decoded = await decodeImage(path, size, { ...options, ...(fit !== undefined && { fit }) });
    return decoded.ok ? decoded : err(redact(decoded.error));
  };
