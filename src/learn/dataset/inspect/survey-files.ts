/** Sizes, bit depths and colors of image files, from their headers. */
import sharp from 'sharp';
import { at } from '../../../util/known.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { readEach } from '../decode/read-each.ts';

export interface FileSurvey {
  /** Headers that were read; of many files, an even sample. */
  readonly looked: number;
  readonly of: number;
  /** Width and height in pixels. */
  readonly smallest: readonly [number, number];
  readonly median: readonly [number, number];
  readonly largest: readonly [number, number];
  readonly bits: Readonly<Record<string, number>>;
  readonly gray: number;
  readonly color: number;
  /** The files whose headers cannot be read. */
  readonly broken: readonly BrokenFile[];
}

interface BrokenFile {
  readonly file: string;
  readonly reason: string;
}

const MOST = 2000;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bits: string;
  readonly gray: boolean;
}

export async function surveyFiles(files: readonly string[]): Promise<FileSurvey> {
  const step = Math.max(1, files.length / MOST);
  const sample = files.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const results = await readEach(sample, headerOf, { concurrency: 8 });
  const headers = results.flatMap((result) => (result.ok ? [result.value] : []));
  const broken = results.flatMap((result, i) => (result.ok ? [] : [{ file: at(sample, i), reason: result.error }]));
  headers.sort((a, b) => a.width * a.height - b.width * b.height);
  const sizeAt = (share: number): readonly [number, number] => {
    const { width, height } = headers[Math.floor(share * (headers.length - 1))] ?? { width: 0, height: 0 };
    return [width, height];
  };
  const bits: Record<string, number> = {};
  for (const header of headers) bits[header.bits] = (bits[header.bits] ?? 0) + 1;
  const gray = headers.filter((header) => header.gray).length;
  return {
    looked: sample.length,
    of: files.length,
    smallest: sizeAt(0),
    median: sizeAt(0.5),
    largest: sizeAt(1),
    bits,
    gray,
    color: headers.length - gray,
    broken: broken.sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

const BITS: Readonly<Record<string, string>> = { uchar: '8', char: '8', ushort: '16', short: '16', float: 'float' };

async function headerOf(file: string): Promise<Result<Header, string>> {
  try {
    const { width, height, depth, channels } = await sharp(file).metadata();
    return ok({ width, height, bits: BITS[depth] ?? depth, gray: channels < 3 });
  } catch (error) {
    return err(`it cannot be read: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}
