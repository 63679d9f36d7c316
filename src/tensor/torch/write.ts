/**
 * Writes tensors as `torch.load(weights_only=True)` and `load_state_dict` take them. Equal tensors and metadata give
 * equal bytes.
 */
import type { HostTensor } from '../host-tensor.ts';
import { bytesOf } from '../stored-values.ts';
import { METADATA_RECORD } from './metadata.ts';
import { pickleTensors } from './pickle.ts';
import { encodeZip } from './zip.ts';

/** The folder in the file; readers ask for none in particular. */
const FOLDER = 'weights';
/** The version of the format, as torch writes it. */
const VERSION = '3\n';

/**
 * An OrderedDict of the tensors, in their order. torch's format has no place for metadata, so it goes into a record of
 * its own, which torch ignores.
 */
export function encodeTorch(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const named = Object.entries(tensors);
  const records: [string, Uint8Array][] = [
    ['data.pkl', pickleTensors(named)],
    ['byteorder', Buffer.from('little')],
    ...named.map(([, tensor], index) => [`data/${index}`, bytesOf(tensor)] as [string, Uint8Array]),
    ['version', Buffer.from(VERSION)],
  ];
  const about = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (about.length > 0) records.push([METADATA_RECORD, Buffer.from(JSON.stringify(Object.fromEntries(about)))]);
  return encodeZip(new Map(records.map(([name, content]) => [`${FOLDER}/${name}`, content])));
}
