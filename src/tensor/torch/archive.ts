/** The records of a torch file: the members of a ZIP file that compresses nothing, as views on its bytes. */
import { crc32 } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import type { Refuse } from './error.ts';

const STORED = 0;
/** The signature of the first member of a ZIP file. */
const SIGNATURE = Buffer.from('PK\x03\x04');

/** torch.load(..., weights_only=True) refuses such an archive; torch.jit.load reads it. */
const TORCHSCRIPT =
  'it is a TorchScript archive, a program with its weights. Save the weights alone in Python: ' +
  'torch.save(torch.jit.load(file, map_location="cpu").state_dict(), other).';

export const isArchive = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));

/** By name without the folder that holds them all, `data.pkl` or `data/0` for example. Checksums are verified. */
export async function recordsOf(bytes: Buffer, refuse: Refuse): Promise<ReadonlyMap<string, Uint8Array>> {
  const records = new Map<string, Uint8Array>();
  const zip = await openZip(bytes, refuse);
  let total = 0;
  for await (const entry of entriesOf(zip, refuse)) {
    const name = entry.fileName.slice(entry.fileName.indexOf('/') + 1);
    if (name.startsWith('code/')) refuse(TORCHSCRIPT);
    if (records.has(name)) refuse(`it holds the record ${JSON.stringify(name)} twice.`);
    // Two members may claim the same bytes: a few bytes could then expand to more than the memory.
    if ((total += entry.compressedSize) > bytes.length) refuse('its records overlap.');
    records.set(name, await contentOf(zip, entry, bytes, refuse));
  }
  return records;
}

async function contentOf(zip: ZipFile, entry: Entry, bytes: Buffer, refuse: Refuse): Promise<Uint8Array> {
  const record = `the record ${JSON.stringify(entry.fileName)}`;
  if (entry.compressionMethod !== STORED)
    return refuse(
      `${record} is compressed, which torch.save never does. Save it again in Python: torch.save(torch.load(file, ` +
        'weights_only=True), other).',
    );
  if (entry.compressedSize !== entry.uncompressedSize)
    return refuse(`${record} has two sizes, ${entry.compressedSize} and ${entry.uncompressedSize} bytes.`);
  const { fileDataStart } = await zip
    .readLocalFileHeaderPromise(entry, { minimal: true })
    .catch((error: unknown) => refuse(`${record} is damaged (${(error as Error).message}).`));
  const content = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize);
  if (crc32(content) !== entry.crc32) return refuse(`${record} was changed: its checksum is another.`);
  return content;
}

async function openZip(bytes: Buffer, refuse: Refuse): Promise<ZipFile> {
  return fromBufferPromise(bytes, { autoClose: false, validateEntrySizes: true }).catch((error: unknown) =>
    refuse(`it is no whole ZIP file (${(error as Error).message}). Was it cut short?`),
  );
}

async function* entriesOf(zip: ZipFile, refuse: Refuse): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    refuse(`its table of records is damaged (${(error as Error).message}).`);
  }
}
