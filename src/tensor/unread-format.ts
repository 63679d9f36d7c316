/** Files that hold weights for other programs, or no weights at all, told by their first bytes. */

/** A file of a format that is not read: the message names the format and the remedy. */
export class UnreadFormatError extends Error {
  override readonly name = 'UnreadFormatError';
  readonly isExpected = true;
  constructor(place: string, format: string) {
    super(`${place} is ${format}`);
  }
}

const SAVE = 'Save the weights in Python: safetensors.torch.save_file(model.state_dict(), "weights.safetensors").';

/** The name of the format with its remedy, or undefined where the file may hold tensors. */
export function unreadFormat(bytes: Buffer): string | undefined {
  const text = bytes.subarray(0, 64).toString('latin1');
  if (bytes.length === 0) return 'empty. Fetch it again.';
  if (text.startsWith('version https://git-lfs'))
    return 'a pointer of Git LFS, not the file. Fetch it with: git lfs pull.';
  if (/^\s*<(!doctype|html|\?xml)/i.test(text))
    return 'a web page, not weights: the download went wrong. Fetch it again.';
  if (text.startsWith('\x89HDF')) return `HDF5, as Keras writes it. Load it where it was made. ${SAVE}`;
  if (text.startsWith('\x1f\x8b')) return 'compressed by gzip. Unpack it with: gunzip.';
  if (text.startsWith('\x93NUMPY')) return `an array of NumPy. Give the arrays torchvision's names. ${SAVE}`;
  if (isNpz(bytes)) return `an archive of NumPy arrays (.npz). Give the arrays torchvision's names. ${SAVE}`;
  if (isShardIndex(bytes)) return `the index of several shards, which holds no tensors. Join the shards. ${SAVE}`;
  return undefined;
}

const isNpz = (bytes: Buffer): boolean =>
  bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04' &&
  bytes
    .subarray(30, 30 + bytes.readUInt16LE(26))
    .toString('utf8')
    .endsWith('.npy');

/** `model.safetensors.index.json` and `pytorch_model.bin.index.json` of Hugging Face. */
const isShardIndex = (bytes: Buffer): boolean =>
  /^\s*\{/.test(bytes.subarray(0, 16).toString('latin1')) && bytes.subarray(0, 4096).includes('"weight_map"');
