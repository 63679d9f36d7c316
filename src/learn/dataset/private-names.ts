/**
 * Digests instead of names, in everything that ingest writes or says: names of files and folders may be names of
 * patients. The map from digests to files lies beside the data.
 */
import { createHmac } from 'node:crypto';
import { join, resolve } from 'node:path';
import { csvFormat } from 'd3-dsv';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { PRIVATE_NAMES_FILE } from '../../util/private-names.ts';
import { isSystemError } from '../../util/system-error.ts';
import type { ListedImage, Listing, ListingFault } from './reader/listing.ts';
import { filesBelow } from './reader/tree.ts';

export interface PrivateNames {
  /** The listing under digests; images are still found. */
  apply<L extends Listing>(listing: L): L;
  /** A text without names of the data set's files and folders. */
  redact(text: string): string;
  /** Writes the map; a sentence if it cannot be written. */
  writeMap(): Promise<string | undefined>;
}

/** @param key the secret of HMAC-SHA256 */
export async function privateNames(folder: string, key: Uint8Array): Promise<PrivateNames> {
  const files = await filesBelow(folder, '');
  const digest = (text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 16);
  const nameOf = (path: string) => `file-${digest(path)}`;
  let kept = new Set<string>();
  const names = namesIn(files, nameOf, digest);

  const redact = (text: string): string => {
    const found = [resolve(folder), folder].reduce((rest, path) => rest.replaceAll(path, 'the private folder'), text);
    return names.reduce((rest, [name, shown]) => (kept.has(name) ? rest : withoutName(rest, name, shown)), found);
  };
  const sampleOf = (sample: ListedImage): ListedImage => {
    const { image, file = image, frame, group } = sample;
    const shown = frame === undefined ? nameOf(file) : `${nameOf(file)}#${frame + 1}`;
    return { ...sample, file, image: shown, group: group === file ? nameOf(file) : groupOf(group) };
  };
  /** A line of a table is no name. Another file may be one that a table names, and that is not there. */
  const faultOf = ({ file, reason }: ListingFault): ListingFault =>
    /^line \d+$/.test(file)
      ? { file, reason: redact(reason) }
      : { file: nameOf(file), reason: redact(withoutName(reason, file, nameOf(file))) };
  /** Groups of DICOM files are digests already. */
  const groupOf = (group: string) => (/^[0-9a-f]{16}$/.test(group) ? group : digest(`group ${group}`));
  return {
    apply: (listing) => {
      kept = new Set(listing.classes);
      return {
        ...listing,
        name: 'private',
        title: 'private data',
        source: 'private data',
        samples: listing.samples.map(sampleOf),
        faults: listing.faults.map(faultOf),
        notices: (listing.notices ?? []).map(redact),
      };
    },
    redact,
    writeMap: async () => {
      const rows = files.map((file) => ({ name: nameOf(file), file }));
      try {
        await writeFileAtomic(join(folder, PRIVATE_NAMES_FILE), `${csvFormat(rows, ['name', 'file'])}\n`, {
          mode: 0o600,
        });
        return undefined;
      } catch (error) {
        if (!isSystemError(error)) throw error;
        return `The map from digests to files could not be written beside the data (${error.code}). Make it writable.`;
      }
    },
  };
}

/** Paths, file names, stems and folder names, the longest first. */
function namesIn(
  files: readonly string[],
  nameOf: (path: string) => string,
  digest: (text: string) => string,
): (readonly [string, string])[] {
  const names = new Map<string, string>();
  for (const file of files) {
    const parts = file.split('/');
    const base = parts.at(-1) ?? file;
    for (const part of parts.slice(0, -1)) if (isTelling(part)) names.set(part, `folder-${digest(part)}`);
    names.set(base.replace(/\.[^.]+$/, ''), nameOf(file));
    names.set(base, nameOf(file));
    names.set(file, nameOf(file));
  }
  return [...names].filter(([name]) => isTelling(name)).sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
}

/** One letter or a short number is no name, and occurs in every sentence. */
const isTelling = (name: string): boolean => name.length > 2 && !/^\d{1,4}$/.test(name);

function withoutName(text: string, name: string, shown: string): string {
  if (name === '' || !text.includes(name)) return text;
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu'), () => shown);
}
