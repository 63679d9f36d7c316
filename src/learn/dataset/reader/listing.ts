/** The result of every reader of a published data set. */
import type { Result } from '../../../util/result.ts';
import type { Domain } from '../../../formats/dataset.ts';
import type { Decode } from '../decode/decode.ts';
import type { PictureScale } from '../decode/picture.ts';
import type { DicomScan } from '../dicom/scan.ts';
import type { PublishedSplit } from '../table.ts';

export interface ListedImage {
  /** Its name in the table: the path below the data set's folder, with forward slashes; `#2` for the second frame. */
  readonly image: string;
  /** Its class, or its findings as one text (findings.ts). */
  readonly label: string;
  readonly group: string;
  readonly split: PublishedSplit;
  /** The path below the data set's folder, where the name is another. */
  readonly file?: string;
  /** Frame or page of that file, from 0. */
  readonly frame?: number;
  /** Further columns of the table. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The scale of a DICOM file, known from its header. */
  readonly scale?: PictureScale['kind'];
}

/** Something that concerns one file: the rest of the data set can be used without it. */
export interface ListingFault {
  readonly file: string;
  readonly reason: string;
}

export interface Listing {
  /** Present if `classes` do not exclude each other. */
  readonly task?: 'findings';
  readonly name: string;
  readonly title: string;
  readonly classes: readonly string[];
  readonly ordinal: boolean;
  readonly domain: Domain | null;
  readonly source: string;
  readonly samples: readonly ListedImage[];
  readonly faults: readonly ListingFault[];
  /** Facts about the whole data set that its owner should know; the images can be used. */
  readonly notices?: readonly string[];
  /** Decodes a sample's `image`, if images are not files below the folder. */
  readonly decode?: Decode;
  /** The DICOM files of the folder, where the reader looks for them. */
  readonly dicom?: DicomScan;
}

/** Names of the columns of a user's table, where they are not `image`, `label`, `group` and `split`. */
export interface Columns {
  readonly image?: string;
  readonly label?: string;
  readonly group?: string;
  readonly split?: string;
  /** A column of 0 and 1 for each finding, instead of `label`; -1 and blank are not known. */
  readonly findings?: readonly string[];
  /** Further columns that pass into the table of the data set. */
  readonly keep?: readonly string[];
}

export interface ReaderOptions {
  /** For sets that number their classes: the names, class 0 first. */
  readonly classNames?: readonly string[];
  /** For tables. */
  readonly columns?: Columns;
  /** For tables: a file that lies elsewhere than in the folder of the images. */
  readonly table?: string;
  /** For folders of classes: the folder below the class is the group, such as a patient. */
  readonly groupFolders?: boolean;
}

/** `folder` is the data set's own. The error names the expected and the found contents. */
export type Reader = (folder: string, options?: ReaderOptions) => Promise<Result<Listing, string>>;

/** The facts of a data set that are known before its folder is read. */
export type DatasetDescription = Pick<Listing, 'name' | 'title' | 'classes' | 'ordinal' | 'domain' | 'source'>;
