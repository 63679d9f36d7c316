/** The compression of an archive, from its name. */
import type { Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { ArchiveError } from './archive-error.ts';

/** Node has Zstandard since 22.15; its types came later than those this project is checked against. */
type Zstd = Partial<Record<'createZstdCompress' | 'createZstdDecompress', () => Duplex>>;

/** Gzip cannot compress by more than 1032 to 1. A large archive that claims more was made to fill a disk. */
const TIGHTEST = 1100;
const HARMLESS_BYTES = 256 * 1024 * 1024;

export const isBomb = (packed: number, unpacked: number): boolean =>
  unpacked > HARMLESS_BYTES && unpacked > TIGHTEST * packed;

/** Undefined: as it is. Throws ArchiveError for any other ending. */
export function compressorFor(file: string): Duplex | undefined {
  return chosen(file, () => zlib.createGzip({ level: 6 }), (zlib as Zstd).createZstdCompress);
}

export function decompressorFor(file: string): Duplex | undefined {
  return chosen(file, () => zlib.createGunzip(), (zlib as Zstd).createZstdDecompress);
}

function chosen(file: string, gzip: () => Duplex, zstd: (() => Duplex) | undefined): Duplex | undefined {
  if (/\.tar$/i.test(file)) return undefined;
  if (/\.(tar\.gz|tgz)$/i.test(file)) return gzip();
  if (!/\.(tar\.zst|tzst)$/i.test(file))
    throw new ArchiveError(
      `the name of an archive ends in .tar, .tar.gz or .tar.zst, and ${JSON.stringify(file)} does not`,
    );
  if (zstd === undefined)
    throw new ArchiveError(
      `Node ${process.versions.node} cannot read or write Zstandard`,
      'Use .tar.gz, or Node 22.15 or later.',
    );
  return zstd();
}
