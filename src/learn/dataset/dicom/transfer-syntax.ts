/** Transfer syntaxes (PS3.5, annex A; PS3.6, table A-1): the name of each, and the decoder that reads it. */
import { err, ok, type Result } from '../../../util/result.ts';

const ROOT = '1.2.840.10008.1.2';
export const IMPLICIT = ROOT;
export const EXPLICIT = `${ROOT}.1`;
export const BIG_ENDIAN = `${ROOT}.2`;

export type PixelCoding = 'native' | 'rle' | 'jpeg' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

interface Syntax {
  readonly name: string;
  /** Undefined for a syntax that is refused. */
  readonly coding?: PixelCoding;
}

const SYNTAXES: Readonly<Record<string, Syntax>> = {
  '': { name: 'implicit VR little endian', coding: 'native' },
  '.1': { name: 'explicit VR little endian', coding: 'native' },
  '.1.99': { name: 'deflated explicit VR little endian', coding: 'native' },
  '.2': { name: 'explicit VR big endian', coding: 'native' },
  '.5': { name: 'RLE lossless', coding: 'rle' },
  '.4.50': { name: 'JPEG baseline, 8 bits', coding: 'jpeg' },
  '.4.51': { name: 'JPEG extended, 12 bits' },
  '.4.57': { name: 'JPEG lossless', coding: 'jpeg-lossless' },
  '.4.70': { name: 'JPEG lossless, first-order prediction', coding: 'jpeg-lossless' },
  '.4.80': { name: 'JPEG-LS lossless', coding: 'jpeg-ls' },
  '.4.81': { name: 'JPEG-LS near-lossless', coding: 'jpeg-ls' },
  '.4.90': { name: 'JPEG 2000 lossless', coding: 'jpeg-2000' },
  '.4.91': { name: 'JPEG 2000', coding: 'jpeg-2000' },
  '.4.92': { name: 'JPEG 2000 part 2, lossless' },
  '.4.93': { name: 'JPEG 2000 part 2' },
  '.4.94': { name: 'JPIP referenced' },
  '.4.95': { name: 'JPIP referenced, deflated' },
  '.4.100': { name: 'MPEG-2 video, main level' },
  '.4.101': { name: 'MPEG-2 video, high level' },
  '.4.102': { name: 'MPEG-4 video, level 4.1' },
  '.4.103': { name: 'MPEG-4 video for BD' },
  '.4.104': { name: 'MPEG-4 video, level 4.2, 2D' },
  '.4.105': { name: 'MPEG-4 video, level 4.2, 3D' },
  '.4.106': { name: 'MPEG-4 video, stereo' },
  '.4.107': { name: 'HEVC video, main profile' },
  '.4.108': { name: 'HEVC video, main 10 profile' },
  '.4.110': { name: 'JPEG XL lossless' },
  '.4.111': { name: 'JPEG XL, recompressed JPEG' },
  '.4.112': { name: 'JPEG XL' },
  '.4.201': { name: 'HTJ2K lossless', coding: 'htj2k' },
  '.4.202': { name: 'HTJ2K lossless, RPCL', coding: 'htj2k' },
  '.4.203': { name: 'HTJ2K', coding: 'htj2k' },
};

/** The decoder of a syntax. The error names a syntax that is not read, with the remedy. */
export function pixelCoding(uid: string): Result<PixelCoding, string> {
  const syntax = uid.startsWith(ROOT) ? SYNTAXES[uid.slice(ROOT.length)] : undefined;
  if (syntax?.coding !== undefined) return ok(syntax.coding);
  if (syntax === undefined) return err(`its transfer syntax is not known. ${REMEDY}`);
  return err(`its transfer syntax is ${syntax.name} (${uid}), which is not read. ${REMEDY}`);
}

const REMEDY = 'Convert it to explicit VR little endian, such as with gdcmconv --raw or dcmdjpeg';
