/** The text of a table that a person saved: spreadsheets write four encodings. */
import { readFile } from 'node:fs/promises';

export type Encoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

export interface TableText {
  readonly text: string;
  readonly encoding: Encoding;
}

/**
 * Decodes by the byte order mark, else by the bytes themselves. Bytes that are no UTF-8 are Windows-1252, the encoding
 * that Excel calls "CSV (comma delimited)" in Western Europe and America.
 */
export async function readTableText(path: string): Promise<TableText> {
  const bytes = await readFile(path);
  const utf16 = utf16Order(bytes);
  if (utf16 !== undefined) return { text: new TextDecoder(utf16).decode(bytes), encoding: 'UTF-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'Windows-1252' };
  }
}

/** Text in UTF-16 without a mark has a zero in every second byte, as long as it is Latin: the header is. */
function utf16Order(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 64);
  const zerosAt = (parity: number) => head.filter((byte, i) => i % 2 === parity && byte === 0).length;
  const enough = Math.floor(head.length / 2) - 1;
  if (head.length < 8) return undefined;
  if (zerosAt(1) >= enough && zerosAt(0) === 0) return 'utf-16le';
  if (zerosAt(0) >= enough && zerosAt(1) === 0) return 'utf-16be';
  return undefined;
}
