/** Looks at the files of a remote, and of a store, behind the back of the command. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

interface StoredIndex {
  readonly packs: readonly (readonly [string, number])[];
  readonly blobs: readonly (readonly [string, number, readonly number[]])[];
}

/**
 * Faults of a remote: an index or a note that is not whole, a pack that is named and not there or not right, a note
 * that names a file in no index. @param isFlipped a bit of a pack was flipped on its disk
 */
export function remoteFaults(folder: string, { isFlipped }: { readonly isFlipped: boolean }): string[] {
  const faults: string[] = [];
  const indexed = new Set<string>();
  for (const file of filesBelow(path.join(folder, 'index'))) {
    const bytes = readFileSync(file);
    if (sha256(bytes) !== path.basename(file)) {
      faults.push(`index ${path.basename(file)} is not whole`);
      continue;
    }
    const { packs, blobs } = JSON.parse(gunzipSync(bytes).toString()) as StoredIndex;
    for (const [blob] of blobs) indexed.add(blob);
    for (const [pack, size] of packs) {
      const place = path.join(folder, 'packs', pack.slice(0, 2), pack.slice(2));
      if (!existsSync(place)) faults.push(`an index names pack ${pack}, which is not there`);
      else if (statSync(place).size !== size) faults.push(`pack ${pack} has another size than the index says`);
      else if (!isFlipped && sha256(readFileSync(place)) !== pack) faults.push(`pack ${pack} is damaged`);
    }
  }
  for (const file of filesBelow(path.join(folder, 'projects'))) {
    const bytes = readFileSync(file);
    if (!file.endsWith(sha256(bytes))) {
      faults.push(`note ${path.basename(file)} is not whole`);
      continue;
    }
    const { results, data } = JSON.parse(gunzipSync(bytes).toString()) as { results: string[]; data: string[] };
    const missing = [...results, ...data].filter((name) => !indexed.has(name));
    if (missing.length > 0) faults.push(`a note names ${missing.length} files that no index has`);
  }
  return faults;
}

/** Blobs of a store that differ from their names. */
export function storeFaults(store: string): string[] {
  return filesBelow(path.join(store, 'objects')).flatMap((file) => {
    const name = path.basename(path.dirname(file)) + path.basename(file);
    return sha256(readFileSync(file)) === name ? [] : [`blob ${name} of the store is damaged`];
  });
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && !entry.name.startsWith('.sgw') ? [path.join(entry.parentPath, entry.name)] : [],
  );
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
